import type { ProcessError } from "../errors.js";
import type { Survivor } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { awaitReady } from "./await-ready.js";
import type { CommandContext } from "./command-queue.js";
import {
  endedBeforeReady,
  explainFailure,
  foundNotReady,
  incompleteStop,
  notReadyInTime,
  withoutName,
} from "./failures.js";
import { chooseOutputs, type LaunchOptions, planLaunch } from "./launch.js";
import type { StopResult } from "./process.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import { type PreparedOutput, ProcessLog } from "./process-log.js";
import type { Run, RunFailure } from "./run.js";
import { RunHolder } from "./run-holder.js";
import { RunStopper } from "./run-stopper.js";
import { applyAffinity, connectStreams, keepPidFile } from "./run-surroundings.js";
import { type StatusCell, type StatusChange, watching } from "./status-cell.js";

/** How a start came about. */
export interface StartManner {
  /** Nobody waits for it: what goes wrong is up to the restart policy. */
  readonly isAutomatic: boolean;
  /** Why it is started, where somebody decided that; undefined keeps the reason there is. */
  readonly reason?: string | undefined;
}

/** Lines of output shown with a failure. */
const shownLines = 20;

/** What the commands of one process do. They are never called concurrently: the command queue sees to that. */
export class RunControl {
  readonly holder: RunHolder;
  readonly #options: LaunchOptions;
  readonly #context: ProcessContext;
  readonly #cell: StatusCell;
  readonly #stopper: RunStopper;
  #log: ProcessLog | undefined;

  constructor(template: ProcessTemplate, options: LaunchOptions, context: ProcessContext, cell: StatusCell) {
    this.holder = new RunHolder(template, context, cell);
    this.#options = options;
    this.#context = context;
    this.#cell = cell;
    this.#stopper = new RunStopper(context);
  }

  get #template(): ProcessTemplate {
    return this.holder.template;
  }

  /** What the process writes. Of a thousand processes that do not run few are ever asked for it. */
  get log(): ProcessLog {
    const { logFiles, logDirectory, os } = this.#context;
    this.#log ??= new ProcessLog({ name: this.#template.name, logFiles, scheduler: os.backgroundScheduler }, () => ({
      targets: chooseOutputs(this.#template, this.#options, logDirectory),
      policy: this.#template.logs,
    }));
    return this.#log;
  }

  /** The template was changed. */
  planChanged(): void {
    this.#log?.planChanged();
  }

  /** Follows what a process writes that runs already: started by this template, it writes where that says. */
  followFound(template: ProcessTemplate, rotates: boolean, exit: Promise<unknown>): void {
    const targets = chooseOutputs(template, {}, this.#context.logDirectory);
    this.log.found(targets, template.logs, rotates, exit);
  }

  /** Lets go of what it writes, when all of it was delivered. */
  async closeLog(): Promise<void> {
    await this.#log?.close();
  }

  async start(command: CommandContext, manner: StartManner): Promise<void> {
    if (this.#cell.status.lifecycle === "running") {
      const { present, last } = this.holder;
      if (present !== undefined && isAlive(present.child.sample())) return;
      // It has ended this moment, and its exit is about to be told.
      await last?.child.exit;
    }
    await this.holder.during(async () => {
      await this.#clearLeftovers(command);
      command.overtaken.throwIfAborted();
      const reason = manner.isAutomatic ? (manner.reason ?? this.#cell.status.reason) : manner.reason;
      this.#cell.change({ exit: undefined, lastError: undefined, supervision: watching, reason }, "start");
      await this.#bringUp(command, manner);
    });
  }

  async #bringUp(command: CommandContext, manner: StartManner): Promise<void> {
    const run = await this.#spawn(command, manner);
    const report = (reason: unknown): void => this.#report(run, reason);
    keepPidFile(run, this.#template, report);
    const recorded = this.#context.record(this.#template.name);
    await applyAffinity(run, this.#template.affinity, this.#context.os.backgroundScheduler, report);
    // A process that is to be found again must be written down before anybody relies on it.
    if (run.kind === "detached") await recorded;
    if (this.#template.readiness !== undefined) await this.#awaitReady(run, command);
    // Given up for a stop, that follows at once. Otherwise it runs, whoever looks at it from now on.
    if (command.isStopped()) command.overtaken.throwIfAborted();
  }

  async #spawn(command: CommandContext, manner: StartManner): Promise<Run> {
    let prepared: PreparedOutput | undefined;
    try {
      await this.#context.awaitDependencies(this.#template, manner, command.overtaken);
      const request = planLaunch(this.#template, this.#options, this.#context);
      prepared = await this.log.prepare(request, this.#template.logs);
      const child = await this.#context.os.spawn(request, command.overtaken);
      const kind = this.#template.detach ? "detached" : "bound";
      const run = this.holder.hold(child, "spawned", {
        kind,
        runId: request.env["DROVER_ID"],
        output: prepared.connect(child),
      });
      connectStreams(child, this.#options);
      return run;
    } catch (reason) {
      prepared?.abandon();
      const lastError = explainFailure(this.#template.name, reason);
      this.#cell.change({ lastError }, "spawnFailed");
      throw lastError;
    }
  }

  /** The wait of a start for its readiness check; a process that does not get there is stopped. */
  async #awaitReady(run: Run, command: CommandContext): Promise<void> {
    const { name, startTimeoutMs: timeoutMs, stop } = this.#template;
    const { scheduler } = this.#context.os;
    const { overtaken } = command;
    const outcome = await awaitReady({ run, status$: this.#cell.status$, timeoutMs, overtaken, scheduler });
    if (outcome === "ready") return;
    if (outcome === "overtaken") return overtaken.throwIfAborted();
    const lastWords = await run.output.lastWords(shownLines);
    if (outcome === "ended") throw this.#failed(endedBeforeReady(name, this.#cell.status.exit, lastWords));
    const error = notReadyInTime(name, timeoutMs, run.checks.readiness, lastWords);
    run.failure = { cause: "start-timeout", reason: withoutName(error) };
    await this.stop(stop, command);
    throw this.#failed(error);
  }

  /** The same wait for a process that was found running, which is left so when it does not get there. False: it has ended. */
  async awaitFound(run: Run, overtaken: AbortSignal): Promise<boolean> {
    const { name, startTimeoutMs: timeoutMs } = this.#template;
    const { scheduler } = this.#context.os;
    const outcome = await awaitReady({ run, status$: this.#cell.status$, timeoutMs, overtaken, scheduler });
    if (outcome === "late") throw foundNotReady(name, timeoutMs, run.checks.readiness);
    return outcome === "ready";
  }

  #failed(lastError: ProcessError): ProcessError {
    this.#cell.change({ lastError });
    return lastError;
  }

  /** Stops what runs, and what an ended run has left behind. */
  async stop(request: StopRequest, command: CommandContext): Promise<StopResult> {
    const run = this.holder.last;
    const left = await this.#stopper.endLeftovers(request, command);
    if (run === undefined || run.isGone) return this.#stopped(false, left);
    if (this.#cell.status.lifecycle === "running") this.#cell.change({}, "stop");
    const { forced, survivors } = await this.#stopper.stop(run, this.#template, request, command);
    run.isGone = survivors.length === 0;
    return this.#stopped(forced, [...left, ...survivors]);
  }

  #stopped(forced: boolean, survivors: readonly Survivor[]): StopResult {
    if (survivors.length > 0) this.#cell.change({ lastError: incompleteStop(this.#template.name, survivors) });
    return { exit: this.#cell.status.exit, forced, survivors };
  }

  /** Ends a run that does not do what it should, if it still runs. What comes then is up to the restart policy. */
  async replace(run: Run, failure: RunFailure, command: CommandContext): Promise<void> {
    if (this.holder.present !== run) return;
    run.failure = failure;
    this.#cell.change({ reason: failure.reason });
    await this.stop(this.#template.stop, command);
  }

  async restart(request: StopRequest, command: CommandContext, manner: StartManner): Promise<void> {
    const isAgain = this.holder.last !== undefined;
    const { survivors } = await this.stop(request, command);
    // A start nobody waits for finds them, too, and leaves it to the restart policy when to try again.
    if (survivors.length > 0 && !manner.isAutomatic) throw incompleteStop(this.#template.name, survivors);
    command.overtaken.throwIfAborted();
    if (isAgain) this.#cell.change({ restarts: this.#cell.status.restarts + 1 });
    await this.start(command, manner);
  }

  /** Takes note of a run that ended while nobody watched. What it has left behind is ended before the next start. */
  noteEnd(runId: string | undefined, facts: StatusChange): void {
    this.#stopper.leftoverRunId = runId;
    this.holder.noteEnd(facts);
  }

  /** DROVER_ID of an ended run that may have left something behind: nobody has proven that nothing of it lives. */
  get leftoverRunId(): string | undefined {
    const { last } = this.holder;
    if (last?.hasEnded === true && !last.isGone) return last.runId;
    return this.#stopper.leftoverRunId;
  }

  /** Takes note that an earlier run may have left something behind. */
  set leftoverRunId(runId: string | undefined) {
    this.#stopper.leftoverRunId = runId;
  }

  /** Whether the last run has left something behind: once it is proven that it has not, no later start need look. */
  async lookForLeftovers(): Promise<void> {
    const { last } = this.holder;
    if (last === undefined || last.isGone) return;
    if ((await last.child.survivors()).length === 0) last.isGone = true;
  }

  /** The last run may have left children that hold its port or its files: two instances must never overlap. */
  async #clearLeftovers(command: CommandContext): Promise<void> {
    const request = this.#template.stop;
    const left = await this.#stopper.endLeftovers(request, command);
    if (left.length > 0) throw incompleteStop(this.#template.name, left);
    const { last } = this.holder;
    if (last === undefined || last.isGone) return;
    await this.lookForLeftovers();
    if (last.isGone) return;
    const { survivors } = await this.stop(request, command);
    if (survivors.length > 0) throw incompleteStop(this.#template.name, survivors);
  }

  /** Something beside the process went wrong: it still does its work, so it is kept, and the failure told. */
  #report(run: Run, reason: unknown): void {
    if (run.hasEnded) return;
    const lastError = explainFailure(this.#template.name, reason);
    this.#cell.change({ lastError });
    this.#context.warn(lastError.message, lastError);
  }
}
