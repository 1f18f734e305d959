import { resolve } from "node:path";
import { distinctUntilChanged, type Observable, skip } from "rxjs";
import { ProcessError } from "../errors.js";
import type { AttachedChild, Carrier, Os, Survivor } from "../os/os.js";
import { endCarriers } from "../process/end-carriers.js";
import type { ManagedProcess } from "../process/managed-process.js";
import { removePidFile } from "../process/pid-file.js";
import type { Process } from "../process/process.js";
import type { ProcessRecord, RecordedRun } from "../process/process-record.js";
import type { ProcessStatus } from "../process/process-status.js";
import { climbStopLadder } from "../process/stop-ladder.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { attachedTemplate } from "./attached-template.js";
import type { Logger } from "./logger.js";
import type { StateDir } from "./state-dir.js";
import { findStrays, type Stray } from "./strays.js";

/** What is done about a process an earlier manager has recorded. */
export type AdoptionDecision =
  | { readonly action: "adopt" | "stop" | "reattach" | "tell-end"; readonly reason: string }
  | { readonly action: "nothing" };

/** Decides by the record and by whether its process lives, which was proven through its identity. */
export function decideAdoption({ kind, desired, run, name }: ProcessRecord, lives: boolean): AdoptionDecision {
  if (run === undefined) return { action: "nothing" };
  const who = `${name} (PID ${run.identity.pid})`;
  if (kind === "bound") {
    return lives
      ? { action: "stop", reason: `ending ${who}, which was left behind by a manager that was killed` }
      : { action: "nothing" };
  }
  if (!lives) return { action: "tell-end", reason: `${who} has ended while no manager watched it` };
  if (kind === "attached") return { action: "reattach", reason: `attached again to ${who}` };
  if (desired === "down")
    return { action: "stop", reason: `ending ${who}, which was to be stopped when its manager ended` };
  return { action: "adopt", reason: `adopted ${who}, which runs on` };
}

export interface AdoptionContext {
  readonly os: Os;
  readonly logger: Logger;
  readonly state: StateDir;
  /** The handle of this name; one made from the recorded template when there is none. */
  readonly handleFor: (template: ProcessTemplate) => ManagedProcess;
  /** Whether the template directory defines a process of this name. */
  readonly isDefined: (name: string) => boolean;
  /** Whether there is a template directory at all. */
  readonly hasTemplates: boolean;
  /** Whether the process of this name has been found running. */
  readonly isRunning: (name: string) => boolean;
}

/**
 * Finds again what earlier managers of the state directory have left: adopts, stops or reports it. Gives the names not to
 * be started: stopped by their user, or perhaps running where they cannot be managed.
 */
export async function adoptProcesses(context: AdoptionContext): Promise<ReadonlySet<string>> {
  const { state, logger, os } = context;
  const { records: read, faults } = state.records.load();
  for (const { file, problem } of faults) logger.warn({ file }, `the record ${file} was set aside: ${problem}`);
  const records = read.map((record) => withoutStaleRun(record, context));
  const known = records.flatMap(({ run, lastRunId }) => [run?.runId ?? "", lastRunId ?? ""]);
  // One look at all processes for all records: a look for each would take seconds when there are thousands.
  const carried = new Set((await os.findCarriers("")).map(({ runId }) => runId));
  const forgotten = state.forgotten.load(carried);
  const { present, leftovers } = await findStrays(state.detachedToken, new Set([...known, ...forgotten]), os);
  const kept = new Set(records.flatMap(({ name, desired }) => (desired === "down" ? [name] : [])));
  for (const record of records) if (!(await adoptOne(record, present, { ...context, carried }))) kept.add(record.name);
  for (const stray of present.values()) await adoptStray(stray, undefined, context);
  for (const { runId } of leftovers) await endLeftovers(runId, os, logger);
  for (const { hostToken } of state.previous) await endLeftovers(`${hostToken}.`, os, logger);
  return kept;
}

/** One pass over all records. */
interface Adoption extends AdoptionContext {
  /** Every DROVER_ID that a living process carried at its beginning. */
  readonly carried: ReadonlySet<string>;
}

/** A run of another boot cannot live any more, and its PID says nothing now; what its user wanted still holds. */
function withoutStaleRun(record: ProcessRecord, { state, os, logger }: AdoptionContext): ProcessRecord {
  const { name, run } = record;
  if (run === undefined || run.identity.bootId === os.host.identity.bootId) return record;
  state.records.setAside(`${name}.json`);
  logger.warn({ process: name }, `the record of ${name} was set aside: it is of an earlier boot of this machine`);
  const kept = { ...record, run: undefined, lastRunId: undefined };
  void state.records.write(kept);
  return kept;
}

/** When a record of the process has to be written: the rest changes all the time and is of no interest later. */
export function recordedChanges({ status$ }: Process): Observable<ProcessStatus> {
  const isSame = (one: ProcessStatus, other: ProcessStatus): boolean =>
    one.desired === other.desired && one.pid === other.pid && one.exit === other.exit;
  return status$.pipe(distinctUntilChanged(isSame), skip(1));
}

/** False when what has the PID cannot be proven to be the process, or not be managed: it is left alone. */
async function adoptOne(record: ProcessRecord, strays: Map<string, Stray>, context: Adoption): Promise<boolean> {
  const { name, run } = record;
  const outcome = run === undefined ? undefined : await hold(run, context.os);
  if (outcome instanceof ProcessError && !isGone(outcome)) {
    context.logger.warn({ process: name }, `${name}: left alone and not started again: ${outcome.message}`);
    return false;
  }
  const child = outcome instanceof ProcessError ? undefined : outcome;
  const stray = strays.get(name);
  if (child === undefined && stray !== undefined) {
    strays.delete(name);
    await adoptStray(stray, record, context);
    return true;
  }
  const decision = decideAdoption(record, child !== undefined);
  if (decision.action !== "nothing") context.logger.info({ process: name, pid: run?.identity.pid }, decision.reason);
  if (child !== undefined) await takeOver(child, record, decision, context);
  else await tellGone(record, decision, context);
  return true;
}

/** It was started last of all that is known of its name, so it was wanted; beside a living one it is one too many. */
async function adoptStray(stray: Stray, record: ProcessRecord | undefined, context: AdoptionContext): Promise<void> {
  const { name, runId, identity } = stray;
  const { os, logger } = context;
  if (context.isRunning(name)) return await endLeftovers(runId, os, logger);
  const child = await os.attach(identity, runId).catch(() => undefined);
  if (child === undefined) return;
  const { pid } = identity;
  logger.info({ process: name, pid }, `adopted ${name} (PID ${pid}), which was not yet recorded`);
  const template = record?.template ?? attachedTemplate(name, child, { detach: true }, "/");
  const run = { identity, runId };
  const restarts = record?.restarts ?? 0;
  const facts = { name, kind: "detached", desired: "up", lastRunId: undefined, exit: undefined } as const;
  context.handleFor(template).adopt(child, { ...facts, run, restarts, template });
}

/** A process that lives. */
async function takeOver(
  child: AttachedChild,
  record: ProcessRecord,
  { action }: AdoptionDecision,
  context: AdoptionContext,
): Promise<void> {
  if (action === "adopt") context.handleFor(record.template).adopt(child, record);
  if (action === "reattach") context.handleFor(record.template).attach(child, true);
  if (action !== "stop") return;
  const { survivors } = await climbStopLadder({ ...record.template.stop, child, os: context.os });
  child.release();
  tellSurvivors(survivors, context.logger);
  removePidFileOf(record);
  await forget(record, context);
}

/** A process that has ended, or never ran. */
async function tellGone(record: ProcessRecord, { action }: AdoptionDecision, context: Adoption): Promise<void> {
  const { handleFor, isDefined } = context;
  const { name, kind, template } = record;
  removePidFileOf(record);
  const left = await leftBy(record, context);
  if (kind === "detached" && (action === "tell-end" || (left !== undefined && !isDefined(name)))) {
    handleFor(template).tellEnd(record);
  } else if (left !== undefined && isDefined(name)) handleFor(template).expectLeftovers(left);
  else await forget(record, context);
}

/** DROVER_ID of its last run if anything of that still lives and is not to be ended now. */
async function leftBy(
  { run, lastRunId, desired, kind }: ProcessRecord,
  { os, logger, carried }: Adoption,
): Promise<string | undefined> {
  const runId = run?.runId ?? lastRunId;
  if (runId === undefined || !carried.has(runId)) return undefined;
  // Its manager was killed while it stopped it: the leader has obeyed, what it started perhaps not.
  if (desired === "down" || kind === "bound") await endLeftovers(runId, os, logger);
  return (await os.findCarriers(runId)).length > 0 ? runId : undefined;
}

/** Of a process that is over only its user's decision about a template of the directory is still of interest. */
async function forget({ name, kind, desired }: ProcessRecord, context: AdoptionContext): Promise<void> {
  // A manager without templates, as `drover doctor` is, cannot know of which process the decision is.
  const isOfInterest = context.isDefined(name) || (desired === "down" && !context.hasTemplates);
  if (kind === "attached" || !isOfInterest) await context.state.records.remove(name);
}

/** What has become of a recorded run: there is none, it lives, it has ended, or what has its PID cannot be proven. */
export type RecordedState = "none" | "lives" | "ended" | "unproven";

/** Looks at a recorded run, and holds nothing. */
export async function stateOfRecorded({ run }: ProcessRecord, os: Os): Promise<RecordedState> {
  if (run === undefined) return "none";
  const outcome = await hold(run, os);
  if (outcome instanceof ProcessError) return isGone(outcome) ? "ended" : "unproven";
  outcome.release();
  return "lives";
}

async function hold({ identity, runId }: RecordedRun, os: Os): Promise<AttachedChild | ProcessError> {
  return await os.attach(identity, runId).catch((reason: unknown) => ProcessError.from(reason));
}

function isGone({ code }: ProcessError): boolean {
  return code === "NO_SUCH_PID" || code === "NOT_SAME_PROCESS";
}

const leftoverPolicy = { signal: "SIGTERM", gracePeriodMs: 1000 } as const;

/** Ends what carries the token of an earlier host in its environment, wherever it hides. */
async function endLeftovers(prefix: string, os: Os, logger: Logger): Promise<void> {
  const onFound = ({ name, identity: { pid } }: Carrier): void =>
    logger.info(
      { process: name, pid },
      `ending ${name} (PID ${pid}), which was left behind by a manager that was killed`,
    );
  tellSurvivors(await endCarriers(os, prefix, { ...leftoverPolicy, onFound }), logger);
}

function tellSurvivors(survivors: readonly Survivor[], logger: Logger): void {
  for (const { pid, command } of survivors) logger.error({ pid }, `PID ${pid} (${command}) could not be ended`);
}

/** The file of a process that is gone. */
function removePidFileOf({ template, run }: ProcessRecord): void {
  if (template.pidFile !== undefined && run !== undefined) {
    removePidFile(resolve(template.cwd, template.pidFile), run.identity.pid);
  }
}
