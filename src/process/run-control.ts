import { resolve } from "node:path";
import { timer } from "rxjs";
import { ProcessError } from "../errors.js";
import { bridgeOutput } from "../logs/writer-bridge.js";
import { type Exit, exitOf } from "../os/exit.js";
import type { AttachedChild, Child, Survivor } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { Signal } from "../os/signal.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { StatusWatcher } from "../watch/status-watcher.js";
import type { CommandContext } from "./command-queue.js";
import { type HostStreams, type LaunchContext, planLaunch } from "./launch.js";
import { removePidFile, writePidFile } from "./pid-file.js";
import type { StopResult } from "./process.js";
import { Run } from "./run.js";
import type { StatusCell } from "./status-cell.js";
import { runStopCommand } from "./stop-command.js";
import { climbStopLadder, type LadderResult, type StopLadder } from "./stop-ladder.js";

/** What a process needs of its manager. */
export interface ProcessContext extends LaunchContext {
  /** Told when a process began to run; resolves when that is written down, where that is done. */
  readonly record: (name: string) => Promise<void>;
  readonly watcher: StatusWatcher;
  /** Told what went wrong beside the commands. */
  readonly warn: (message: string, error: ProcessError) => void;
}

export interface StopRequest {
  readonly signal: Signal;
  readonly gracePeriodMs: number;
}

/** What the commands of one process do. They are never called concurrently: the command queue sees to that. */
export class RunControl {
  #template: ProcessTemplate;
  readonly #streams: HostStreams;
  readonly #context: ProcessContext;
  readonly #cell: StatusCell;
  #generation = 0;
  /** DROVER_ID of a run that ended while nobody watched. */
  #leftoverRunId: string | undefined;
  #run: Run | undefined;

  constructor(template: ProcessTemplate, streams: HostStreams, context: ProcessContext, cell: StatusCell) {
    this.#template = template;
    this.#streams = streams;
    this.#context = context;
    this.#cell = cell;
  }

  /** The process that runs now. */
  get child(): AttachedChild | undefined {
    return this.#run?.hasEnded === false ? this.#run.child : undefined;
  }

  /** The present or last run; undefined before the first. */
  get run(): Pick<Run, "kind" | "runId" | "hasEnded"> | undefined {
    return this.#run;
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
    this.#connect(child);
    this.#keepPidFile(run);
    const recorded = this.#context.record(this.#template.name);
    await this.#applyAffinity(run);
    // A process that is to be found again must be written down before anybody relies on it.
    if (run.kind === "detached") await recorded;
    command.overtaken.throwIfAborted();
  }

  async #spawn(command: CommandContext): Promise<{ readonly child: Child; readonly runId: string | undefined }> {
    try {
      const request = planLaunch(this.#template, this.#streams, this.#context);
      const child = await this.#context.os.spawn(request, command.overtaken);
      return { child, runId: request.env["DROVER_ID"] };
    } catch (reason) {
      const lastError = this.#explain(reason);
      this.#cell.change({ lastError }, "spawnFailed");
      throw lastError;
    }
  }

  /** The file other programs find the process by; a problem with it is told, and the process kept. */
  #keepPidFile(run: Run): void {
    const { cwd, pidFile } = this.#template;
    if (pidFile === undefined) return;
    const path = resolve(cwd, pidFile);
    const { pid } = run.child.identity;
    try {
      writePidFile(path, pid);
      run.onEnd(() => removePidFile(path, pid));
    } catch (reason) {
      this.#report(run, reason);
    }
  }

  /** Stops what runs, and what an ended run has left behind. */
  async stop(request: StopRequest, command: CommandContext): Promise<StopResult> {
    const run = this.#run;
    const left = await this.#endLeftovers(request, command);
    if (run === undefined || run.isGone) return this.#stopped(false, left);
    if (this.#cell.status.lifecycle === "running") this.#cell.change({}, "stop");
    if (request.gracePeriodMs > 0 && !run.hasEnded) await this.#askByCommand(run, request, command);
    const ladder = { ...request, child: run.child, hurried: command.hurried, onSignalled: command.onFirstStep };
    const { forced, survivors } = await this.#climb(ladder, (cause) => {
      run.endCause = cause;
    });
    run.isGone = survivors.length === 0;
    return this.#stopped(forced, [...left, ...survivors]);
  }

  #stopped(forced: boolean, survivors: readonly Survivor[]): StopResult {
    if (survivors.length > 0) this.#cell.change({ lastError: this.#incomplete(survivors) });
    return { exit: this.#cell.status.exit, forced, survivors };
  }

  /** The stop command comes before any signal. When it cannot be run the signals must do. */
  async #askByCommand(run: Run, { gracePeriodMs }: StopRequest, { hurried }: CommandContext): Promise<void> {
    const [file, ...args] = this.#template.stop.command;
    if (file === undefined) return;
    run.endCause = "stopped";
    try {
      const launch = planLaunch(this.#template, {}, this.#context);
      // The command carries an id of its own: by that of the run it would count as what is to be stopped.
      const { pid } = run.child.identity;
      await runStopCommand(this.#context.os, {
        command: [file, ...args],
        launch,
        pid,
        timeoutMs: gracePeriodMs,
        hurried,
      });
    } catch (reason) {
      const error = this.#explain(reason);
      this.#context.warn(`${error.message} (stop.command; it is stopped by signals instead)`, error);
    }
  }

  async restart(request: StopRequest, command: CommandContext): Promise<void> {
    const isAgain = this.#run !== undefined;
    const { survivors } = await this.stop(request, command);
    if (survivors.length > 0) throw this.#incomplete(survivors);
    command.overtaken.throwIfAborted();
    if (isAgain) this.#cell.change({ restarts: this.#cell.status.restarts + 1 });
    await this.start(command);
  }

  /** Takes hold of a process that was spawned or attached: from now on its states and its exit are told. */
  hold(child: AttachedChild, event: "spawned" | "attached", origin: Pick<Run, "kind" | "runId">): Run {
    const run = new Run(child, ++this.#generation, origin);
    this.#run = run;
    const os = child.sample();
    const { identity, startedAt } = child;
    const health = "unknown";
    this.#cell.change({ pid: identity.pid, startedAt, os: isAlive(os) ? os : "running", health }, event);
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

  /** Stops looking at the process, which goes on as it is. */
  letGo(): void {
    if (this.#run === undefined || this.#run.hasEnded) return;
    this.#run.letGo();
    this.#run.child.release();
  }

  /** Takes note of a run that ended while nobody watched. What it has left behind is ended before the next start. */
  tellEnd(runId: string | undefined): void {
    this.#leftoverRunId = runId;
    this.#cell.change({ os: "running" }, "attached");
    this.#cell.change({ os: "gone", exit: exitOf(null, null, new Date()) }, "exit");
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
    const left = await this.#endLeftovers({ signal, gracePeriodMs }, command);
    if (left.length > 0) throw this.#incomplete(left);
    if (this.#run === undefined || this.#run.isGone) return;
    if ((await this.#run.child.survivors()).length === 0) return;
    const { survivors } = await this.stop({ signal, gracePeriodMs }, command);
    if (survivors.length > 0) throw this.#incomplete(survivors);
  }

  /** Ends what a run has left behind that ended while nobody watched; gives what could not be ended. */
  async #endLeftovers(request: StopRequest, command: CommandContext): Promise<readonly Survivor[]> {
    const { os } = this.#context;
    const runId = this.#leftoverRunId;
    if (runId === undefined) return [];
    const survivors: Survivor[] = [];
    for (const { identity } of await os.findCarriers(runId)) {
      const child = await os.attach(identity, runId).catch(() => undefined);
      if (child === undefined) continue;
      const ladder = { ...request, child, hurried: command.hurried, onSignalled: command.onFirstStep };
      survivors.push(...(await this.#climb(ladder, () => undefined)).survivors);
      child.release();
    }
    if (survivors.length === 0) this.#leftoverRunId = undefined;
    return survivors;
  }

  async #climb(
    ladder: Pick<StopLadder, "child" | "signal" | "gracePeriodMs" | "hurried" | "onSignalled">,
    beforeSignal: StopLadder["beforeSignal"],
  ): Promise<LadderResult> {
    const { os } = this.#context;
    const prepareSamples = (): Promise<void> | undefined => os.prepareSamples();
    return await climbStopLadder({ ...ladder, scheduler: os.scheduler, prepareSamples, beforeSignal });
  }

  #connect(child: Child): void {
    const { stdout, stderr } = this.#streams;
    if (child.stdout !== undefined && stdout !== undefined) bridgeOutput(child.stdout, stdout);
    if (child.stderr !== undefined && stderr !== undefined) bridgeOutput(child.stderr, stderr);
  }

  async #applyAffinity(run: Run): Promise<void> {
    const { affinity } = this.#template;
    if (affinity === undefined) return;
    const apply = async (): Promise<void> => {
      await run.child.setAffinity(affinity.cpus).catch((reason: unknown) => this.#report(run, reason));
    };
    if (affinity.delayMs === 0) return await apply();
    const wait = timer(affinity.delayMs, this.#context.os.backgroundScheduler).subscribe(() => void apply());
    run.onRelease(() => wait.unsubscribe());
  }

  /** Something beside the process went wrong: it still does its work, so it is kept, and the failure told. */
  #report(run: Run, reason: unknown): void {
    if (run.hasEnded) return;
    const lastError = this.#explain(reason);
    this.#cell.change({ lastError });
    this.#context.warn(lastError.message, lastError);
  }

  #incomplete(survivors: readonly Survivor[]): ProcessError {
    const { name } = this.#template;
    const list = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
    const text =
      `${name}: not everything could be stopped, still alive: ${list}; ` +
      "they belong to another user or wait uninterruptibly for a device. End them by hand, then stop it again";
    return new ProcessError("STOP_INCOMPLETE", text, { process: name });
  }

  #explain(reason: unknown): ProcessError {
    const { code, message, process, cause } = ProcessError.from(reason);
    const { name } = this.#template;
    if (process !== undefined) return reason as ProcessError;
    return new ProcessError(code, `${name}: ${message}`, { process: name, cause: cause ?? reason });
  }
}
