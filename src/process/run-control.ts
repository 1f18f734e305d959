import type { Writable } from "node:stream";
import { type Observable, Subject } from "rxjs";
import { ProcessError } from "../errors.js";
import type { HealthReport } from "../health/health-report.js";
import { type Exit, exitOf } from "../os/exit.js";
import type { AttachedChild, Child, Survivor } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { RunEnd } from "../restart/decide-restart.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { awaitReady } from "./await-ready.js";
import type { CommandContext } from "./command-queue.js";
import { endedBeforeReady, explainFailure, incompleteStop, notReadyInTime, withoutName } from "./failures.js";
import { type CheckUse, healthFacts } from "./health-facts.js";
import { type LaunchOptions, planLaunch } from "./launch.js";
import type { StopResult } from "./process.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import { Run, type RunFailure, type RunOrigin } from "./run.js";
import { RunOutput } from "./run-output.js";
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

/** The end of a run or of a start that failed. */
export type ControlledEnd = Omit<RunEnd, "isTold"> & {
  /** The run; undefined when there never was one. */
  readonly run: Run | undefined;
  /** Whether a start was under way, and rejects with this failure. */
  readonly hasFailedStart: boolean;
};

/** Lines of output shown with a failure. */
const shownLines = 20;

/** What the commands of one process do. They are never called concurrently: the command queue sees to that. */
export class RunControl {
  #template: ProcessTemplate;
  readonly #options: LaunchOptions;
  readonly #context: ProcessContext;
  readonly #cell: StatusCell;
  readonly #stopper: RunStopper;
  readonly #ends = new Subject<ControlledEnd>();
  /** Every end of a run, and every start that failed but for those given up. Does not replay; never completes or errors. */
  readonly ends$: Observable<ControlledEnd> = this.#ends.asObservable();
  #generation = 0;
  #run: Run | undefined;
  #isStarting = false;

  constructor(template: ProcessTemplate, options: LaunchOptions, context: ProcessContext, cell: StatusCell) {
    this.#template = template;
    this.#options = options;
    this.#context = context;
    this.#cell = cell;
    this.#stopper = new RunStopper(context);
  }

  /** The process that runs now. */
  get child(): AttachedChild | undefined {
    return this.#run?.hasEnded === false ? this.#run.child : undefined;
  }

  /** The present or last run; undefined before the first. */
  get run(): Pick<Run, "kind" | "runId" | "hasEnded" | "output" | "checks"> | undefined {
    return this.#run;
  }

  /** The run under way, for who wants to end that one and no later one. */
  get presentRun(): Run | undefined {
    return this.#run?.hasEnded === false ? this.#run : undefined;
  }

  /** Where the host writes to the process; undefined unless it was started with a pipe for it. */
  get stdin(): Writable | undefined {
    return this.#run?.hasEnded === false ? (this.#run.child as Partial<Child>).stdin : undefined;
  }

  get template(): ProcessTemplate {
    return this.#template;
  }

  /** From the next start on. */
  set template(template: ProcessTemplate) {
    this.#template = template;
  }

  async start(command: CommandContext, manner: StartManner): Promise<void> {
    if (this.#cell.status.lifecycle === "running") {
      if (this.child !== undefined && isAlive(this.child.sample())) return;
      // It has ended this moment, and its exit is about to be told.
      await this.#run?.child.exit;
    }
    this.#isStarting = true;
    const before = this.#run;
    let failure: ProcessError | undefined;
    try {
      await this.#clearLeftovers(command);
      command.overtaken.throwIfAborted();
      const reason = manner.isAutomatic ? (manner.reason ?? this.#cell.status.reason) : manner.reason;
      this.#cell.change({ exit: undefined, lastError: undefined, supervision: watching, reason }, "start");
      await this.#bringUp(command, manner);
    } catch (reason) {
      failure = ProcessError.from(reason);
      throw failure;
    } finally {
      this.#isStarting = false;
      this.#tellEndOfStart(before, failure);
    }
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
    const { scheduler } = this.#context.os;
    try {
      await this.#context.awaitDependencies(this.#template, manner, command.overtaken);
      const request = planLaunch(this.#template, this.#options, this.#context);
      const prepared = RunOutput.prepare(request, this.#template.logs.bufferLines, scheduler);
      const child = await this.#context.os.spawn(request, command.overtaken);
      const kind = this.#template.detach ? "detached" : "bound";
      const run = this.hold(child, "spawned", {
        kind,
        runId: request.env["DROVER_ID"],
        output: prepared.connect(child),
      });
      connectStreams(child, this.#options);
      return run;
    } catch (reason) {
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

  #failed(lastError: ProcessError): ProcessError {
    this.#cell.change({ lastError });
    return lastError;
  }

  /** What a start ends with is told once, when it is known whether anybody was told of it. */
  #tellEndOfStart(before: Run | undefined, failure: ProcessError | undefined): void {
    const run = this.#run === before ? undefined : this.#run;
    if (run?.hasEnded === true) this.#tellEnd(run, failure);
    else if (failure !== undefined && failure.code !== "ABORTED" && failure.code !== "MANAGER_CLOSED") {
      this.#ends.next({ run, exit: undefined, failure: withoutName(failure), upMs: 0, hasFailedStart: true });
    }
  }

  #tellEnd(run: Run, failure?: ProcessError): void {
    const { scheduler } = this.#context.os;
    const upMs = run.upSinceMs === undefined ? 0 : scheduler.now() - run.upSinceMs;
    const { exit } = this.#cell.status;
    this.#ends.next({ run, exit, failure: run.failure?.reason, upMs, hasFailedStart: failure !== undefined });
  }

  /** Stops what runs, and what an ended run has left behind. */
  async stop(request: StopRequest, command: CommandContext): Promise<StopResult> {
    const run = this.#run;
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
    if (this.#run !== run || run.hasEnded) return;
    run.failure = failure;
    this.#cell.change({ reason: failure.reason });
    await this.stop(this.#template.stop, command);
  }

  async restart(request: StopRequest, command: CommandContext, manner: StartManner): Promise<void> {
    const isAgain = this.#run !== undefined;
    const { survivors } = await this.stop(request, command);
    if (survivors.length > 0) throw incompleteStop(this.#template.name, survivors);
    command.overtaken.throwIfAborted();
    if (isAgain) this.#cell.change({ restarts: this.#cell.status.restarts + 1 });
    await this.start(command, manner);
  }

  /** Takes hold of a process that was spawned or attached: from now on its states and its exit are told. */
  hold(child: AttachedChild, event: "spawned" | "attached", origin: RunOrigin, facts: StatusChange = {}): Run {
    const run = new Run(child, ++this.#generation, origin);
    this.#run = run;
    const os = child.sample();
    const { identity, startedAt } = child;
    // One change: whoever writes down what it hears must not see a run without its process.
    const health = healthFacts(this.#template, run.checks);
    if (health.ready) run.upSinceMs = this.#context.os.scheduler.now() - child.uptimeMs();
    this.#cell.change({ ...facts, ...health, pid: identity.pid, startedAt, os: isAlive(os) ? os : "running" }, event);
    const observe = (state: ReturnType<AttachedChild["sample"]>): void => {
      // Nearly every look finds what the one before has found: that must cost nothing.
      if (state === this.#cell.status.os) return;
      if (this.#run === run && !run.hasEnded && isAlive(state)) this.#cell.change({ os: state });
    };
    run.onRelease(this.#context.watcher.add({ sample: () => child.sample(), observe }));
    void child.exit.then((exit) => this.#noticeExit(run, exit));
    return run;
  }

  /** Takes note of what a health check of the present run has found. */
  noteCheck(use: CheckUse, report: HealthReport): void {
    const run = this.#run;
    if (run === undefined || run.hasEnded) return;
    run.checks = { ...run.checks, [use]: report };
    const health = healthFacts(this.#template, run.checks);
    if (health.ready) run.upSinceMs ??= this.#context.os.scheduler.now();
    this.#cell.change(health);
  }

  /** Reads the state now instead of at the next round of the watcher. */
  refresh(): void {
    const state = this.child?.sample();
    if (state !== undefined && isAlive(state)) this.#cell.change({ os: state });
  }

  /** Stops looking at the process, which goes on as it is; gives what still holds it, to be released. */
  letGo(): AttachedChild | undefined {
    const run = this.#run;
    if (run === undefined || run.hasEnded) return undefined;
    run.letGo();
    run.child.unref();
    return run.child;
  }

  /** Takes note of a run that ended while nobody watched. What it has left behind is ended before the next start. */
  tellEnd(runId: string | undefined, facts: StatusChange): void {
    this.#stopper.leftoverRunId = runId;
    this.#cell.change({ ...facts, os: "running" }, "attached");
    const exit = exitOf(null, null, new Date());
    this.#cell.change({ os: "gone", exit }, "exit");
    this.#ends.next({ run: undefined, exit, failure: undefined, upMs: 0, hasFailedStart: false });
  }

  /** DROVER_ID of an ended run that may have left something behind: nobody has proven that nothing of it lives. */
  get leftoverRunId(): string | undefined {
    if (this.#run?.hasEnded === true && !this.#run.isGone) return this.#run.runId;
    return this.#stopper.leftoverRunId;
  }

  /** Takes note that an earlier run may have left something behind. */
  set leftoverRunId(runId: string | undefined) {
    this.#stopper.leftoverRunId = runId;
  }

  #noticeExit(run: Run, exit: Exit): void {
    if (this.#run !== run || run.hasEnded) return;
    run.end();
    const cause = run.failure?.cause ?? run.endCause ?? exit.cause;
    const facts = { os: "gone", pid: undefined, health: "unknown", ready: false } as const;
    this.#cell.change({ ...facts, exit: Object.freeze({ ...exit, cause }) }, "exit");
    if (!this.#isStarting) this.#tellEnd(run);
  }

  /** The last run may have left children that hold its port or its files: two instances must never overlap. */
  async #clearLeftovers(command: CommandContext): Promise<void> {
    const request = this.#template.stop;
    const left = await this.#stopper.endLeftovers(request, command);
    if (left.length > 0) throw incompleteStop(this.#template.name, left);
    if (this.#run === undefined || this.#run.isGone) return;
    if ((await this.#run.child.survivors()).length === 0) return;
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
