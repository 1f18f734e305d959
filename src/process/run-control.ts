import type { Writable } from "node:stream";
import { type Exit, exitOf } from "../os/exit.js";
import type { AttachedChild, Child, Survivor } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { CommandContext } from "./command-queue.js";
import { explainFailure, incompleteStop } from "./failures.js";
import { type HostStreams, planLaunch } from "./launch.js";
import type { StopResult } from "./process.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import { Run } from "./run.js";
import { RunStopper } from "./run-stopper.js";
import { applyAffinity, connectStreams, keepPidFile } from "./run-surroundings.js";
import type { StatusCell, StatusChange } from "./status-cell.js";

/** What the commands of one process do. They are never called concurrently: the command queue sees to that. */
export class RunControl {
  #template: ProcessTemplate;
  readonly #streams: HostStreams;
  readonly #context: ProcessContext;
  readonly #cell: StatusCell;
  readonly #stopper: RunStopper;
  #generation = 0;
  #run: Run | undefined;

  constructor(template: ProcessTemplate, streams: HostStreams, context: ProcessContext, cell: StatusCell) {
    this.#template = template;
    this.#streams = streams;
    this.#context = context;
    this.#cell = cell;
    this.#stopper = new RunStopper(context);
  }

  /** The process that runs now. */
  get child(): AttachedChild | undefined {
    return this.#run?.hasEnded === false ? this.#run.child : undefined;
  }

  /** The present or last run; undefined before the first. */
  get run(): Pick<Run, "kind" | "runId" | "hasEnded"> | undefined {
    return this.#run;
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

  async start(command: CommandContext): Promise<void> {
    if (this.#cell.status.lifecycle === "running") {
      if (this.child !== undefined && isAlive(this.child.sample())) return;
      // It has ended this moment, and its exit is about to be told.
      await this.#run?.child.exit;
    }
    await this.#clearLeftovers(command);
    command.overtaken.throwIfAborted();
    this.#cell.change({ exit: undefined, lastError: undefined, nextRestartAt: undefined }, "start");
    const { child, runId } = await this.#spawn(command);
    const run = this.hold(child, "spawned", { kind: this.#template.detach ? "detached" : "bound", runId });
    connectStreams(child, this.#streams);
    const report = (reason: unknown): void => this.#report(run, reason);
    keepPidFile(run, this.#template, report);
    const recorded = this.#context.record(this.#template.name);
    await applyAffinity(run, this.#template.affinity, this.#context.os.backgroundScheduler, report);
    // A process that is to be found again must be written down before anybody relies on it.
    if (run.kind === "detached") await recorded;
    // Given up for a stop, that follows at once. Otherwise it runs, whoever looks at it from now on.
    if (command.isStopped()) command.overtaken.throwIfAborted();
  }

  async #spawn(command: CommandContext): Promise<{ readonly child: Child; readonly runId: string | undefined }> {
    try {
      const request = planLaunch(this.#template, this.#streams, this.#context);
      const child = await this.#context.os.spawn(request, command.overtaken);
      return { child, runId: request.env["DROVER_ID"] };
    } catch (reason) {
      const lastError = explainFailure(this.#template.name, reason);
      this.#cell.change({ lastError }, "spawnFailed");
      throw lastError;
    }
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

  async restart(request: StopRequest, command: CommandContext): Promise<void> {
    const isAgain = this.#run !== undefined;
    const { survivors } = await this.stop(request, command);
    if (survivors.length > 0) throw incompleteStop(this.#template.name, survivors);
    command.overtaken.throwIfAborted();
    if (isAgain) this.#cell.change({ restarts: this.#cell.status.restarts + 1 });
    await this.start(command);
  }

  /** Takes hold of a process that was spawned or attached: from now on its states and its exit are told. */
  hold(
    child: AttachedChild,
    event: "spawned" | "attached",
    origin: Pick<Run, "kind" | "runId">,
    facts: StatusChange = {},
  ): Run {
    const run = new Run(child, ++this.#generation, origin);
    this.#run = run;
    const os = child.sample();
    const { identity, startedAt } = child;
    // One change: whoever writes down what it hears must not see a run without its process.
    this.#cell.change({ ...facts, pid: identity.pid, startedAt, os: isAlive(os) ? os : "running" }, event);
    const observe = (state: ReturnType<AttachedChild["sample"]>): void => {
      // Nearly every look finds what the one before has found: that must cost nothing.
      if (state === this.#cell.status.os) return;
      if (this.#run === run && !run.hasEnded && isAlive(state)) this.#cell.change({ os: state });
    };
    run.onRelease(this.#context.watcher.add({ sample: () => child.sample(), observe }));
    void child.exit.then((exit) => this.#noticeExit(run, exit));
    return run;
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
    this.#cell.change({ os: "gone", exit: exitOf(null, null, new Date()) }, "exit");
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
    const cause = run.endCause ?? exit.cause;
    this.#cell.change({ os: "gone", pid: undefined, exit: Object.freeze({ ...exit, cause }) }, "exit");
  }

  /** The last run may have left children that hold its port or its files: two instances must never overlap. */
  async #clearLeftovers(command: CommandContext): Promise<void> {
    const { signal, gracePeriodMs } = this.#template.stop;
    const left = await this.#stopper.endLeftovers({ signal, gracePeriodMs }, command);
    if (left.length > 0) throw incompleteStop(this.#template.name, left);
    if (this.#run === undefined || this.#run.isGone) return;
    if ((await this.#run.child.survivors()).length === 0) return;
    const { survivors } = await this.stop({ signal, gracePeriodMs }, command);
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
