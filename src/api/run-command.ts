import { ProcessError } from "../errors.js";
import type { ProcessManager } from "../manager/process-manager.js";
import { stopWaves } from "../manager/stop-waves.js";
import { incompleteStop } from "../process/failures.js";
import type { Process, StopOptions, StopResult } from "../process/process.js";
import type { CommandVerb, Selection } from "./command.js";
import { familyOf, findGroup, findProcesses, isForeign } from "./find-process.js";

/** What came of a command for one process. */
export interface Done {
  readonly name: string;
  /** Undefined when there is none of that name. */
  readonly process: Process | undefined;
  readonly previousPid: number;
  readonly error: ProcessError | undefined;
}

export interface CommandRequest {
  readonly verb: CommandVerb;
  readonly selection: Selection;
  readonly waits: boolean;
  readonly stop: StopOptions;
}

/** Does something to every process that is meant, each in its order; one result for each. */
export async function runCommand(manager: ProcessManager, request: CommandRequest): Promise<readonly Done[]> {
  const { processes, unknown } = select(manager, request);
  const before = new Map(processes.map((process) => [process, process.pid ?? 0]));
  const work = act(manager, processes, request);
  const errors = request.waits ? await work : noErrors;
  if (!request.waits) work.catch(() => undefined);
  return [
    ...processes.map((process): Done => {
      const { name } = process;
      return { name, process, previousPid: before.get(process) ?? 0, error: errors.get(name) };
    }),
    ...unknown,
  ];
}

type Errors = ReadonlyMap<string, ProcessError>;

const noErrors: Errors = new Map();

function select(
  manager: ProcessManager,
  { verb, selection }: CommandRequest,
): { readonly processes: readonly Process[]; readonly unknown: readonly Done[] } {
  const { names, group } = selection;
  if (names !== undefined) return selectNamed(manager, names);
  const processes =
    group === undefined
      ? manager.getAllProcesses().filter((process) => isMeantByAll(process, verb))
      : findGroup(manager, group).filter(({ template }) => template.enabled || !isUpward(verb));
  return { processes, unknown: [] };
}

function selectNamed(manager: ProcessManager, names: readonly string[]) {
  const processes = new Set<Process>();
  const unknown: Done[] = [];
  for (const name of names) {
    try {
      for (const process of findProcesses(manager, name)) processes.add(process);
    } catch (reason) {
      unknown.push({ name, process: undefined, previousPid: 0, error: ProcessError.from(reason) });
    }
  }
  return { processes: [...processes], unknown };
}

function isUpward(verb: CommandVerb): boolean {
  return verb === "start" || verb === "restart";
}

/** Everything: what is enabled is started, what is up restarted, what is ours stopped. */
function isMeantByAll(process: Process, verb: CommandVerb): boolean {
  if (verb === "start") return process.template.enabled;
  return !isForeign(process) && (verb !== "restart" || process.status.desired === "up");
}

async function act(
  manager: ProcessManager,
  processes: readonly Process[],
  { verb, stop }: CommandRequest,
): Promise<Errors> {
  const [only] = processes;
  if (verb === "start") return await atOnce(processes, async (process) => await process.start());
  if (verb === "kill") return await atOnce(processes, async (subject) => requireEnded(subject, await subject.kill()));
  if (verb === "restart" && only !== undefined && processes.length === 1) {
    return await atOnce([only], async (process) => await process.restart());
  }
  const stopped = await inStopOrder(manager, processes, stop);
  if (verb === "stop") return stopped;
  const ended = processes.filter(({ name }) => !stopped.has(name));
  return new Map([...stopped, ...(await atOnce(ended, async (process) => await process.start()))]);
}

async function inStopOrder(
  manager: ProcessManager,
  processes: readonly Process[],
  options: StopOptions,
): Promise<Errors> {
  const byName = new Map(processes.map((process) => [process.name, process]));
  const errors = new Map<string, ProcessError>();
  for (const wave of stopWaves([...byName.keys()], dependenciesIn(manager))) {
    const members = wave.flatMap((name) => byName.get(name) ?? []);
    const failed = await atOnce(members, async (process) => requireEnded(process, await process.stopAndWait(options)));
    for (const [name, error] of failed) errors.set(name, error);
  }
  return errors;
}

async function atOnce(processes: readonly Process[], work: (process: Process) => Promise<void>): Promise<Errors> {
  const errors = new Map<string, ProcessError>();
  const settle = async (process: Process): Promise<void> => {
    await work(process).catch((reason: unknown) => errors.set(process.name, ProcessError.from(reason)));
  };
  await Promise.all(processes.map(settle));
  return errors;
}

/** What depends on what, all instances of a template included. */
function dependenciesIn(manager: ProcessManager): (name: string) => readonly string[] {
  const all = manager.getAllProcesses();
  return (name) => {
    const targets = manager.getProcessByName(name)?.template.dependsOn ?? [];
    const isMeant = (process: Process): boolean =>
      targets.some((target) => target.name === process.name || target.name === familyOf(process));
    return targets.length === 0 ? [] : all.filter(isMeant).map((process) => process.name);
  };
}

function requireEnded({ name }: Process, { survivors }: StopResult): void {
  if (survivors.length > 0) throw incompleteStop(name, survivors);
}
