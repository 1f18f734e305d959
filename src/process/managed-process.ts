// The facade of the contract, one short method for each promise: in two files it would only be harder to find.
/* eslint drover/max-lines-reason: off -- see above */
import type { Writable } from "node:stream";
import { BehaviorSubject, map, type Observable, timer } from "rxjs";
import { type ErrorCode, ProcessError } from "../errors.js";
import type { HealthReport } from "../health/health-report.js";
import type { ProbeSubject } from "../health/probe.js";
import type { Exit } from "../os/exit.js";
import type { Identity } from "../os/identity.js";
import type { KernelStatus } from "../os/kernel-status.js";
import type { AttachedChild, Survivor, Usage } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import { parseSignal, type Signal } from "../os/signal.js";
import type { RunEnd } from "../restart/decide-restart.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { durationMs } from "../units/duration.js";
import { type Cancellable, orAborted, requireWanted } from "./cancellation.js";
import { CommandQueue, type CommandWork, type Ticket, type Verb } from "./command-queue.js";
import { type Crash, describeCrash } from "./crash.js";
import type { CheckReports, CheckUse } from "./health-facts.js";
import { readKernelStatus } from "./kernel-status.js";
import type { LaunchOptions } from "./launch.js";
import { probeSubject } from "./probe-subject.js";
import type { Process, StopOptions, StopResult } from "./process.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import type { ProcessRecord } from "./process-record.js";
import type { ProcessNotification, ProcessStatus, Supervision } from "./process-status.js";
import type { RunFailure } from "./run.js";
import { RunControl, type StartManner } from "./run-control.js";
import type { RunOutput } from "./run-output.js";
import { StatusCell, watching } from "./status-cell.js";
import { exitOfPresentRun, notificationsOf, usageOf } from "./status-streams.js";

/** A start that somebody waits for. */
const byHand: StartManner = { isAutomatic: false };

export interface UnaskedStart {
  /** Why it is started; undefined keeps the reason there is. */
  readonly reason?: string | undefined;
  /** Whether it counts as a restart. */
  readonly isRestart?: boolean;
  /** Whether its schedule says so. */
  readonly isDue?: boolean;
}

/** The handle the manager gives out, with what only the manager may do. */
export class ManagedProcess implements Process {
  readonly notifications$: Observable<ProcessNotification>;
  readonly stats$: Observable<Usage>;
  readonly #context: ProcessContext;
  readonly #options: LaunchOptions;
  readonly #cell: StatusCell;
  readonly #queue: CommandQueue;
  readonly #control: RunControl;
  /** What the kernel showed of the process this handle was attached to. */
  #attachedCommandLine: readonly string[] = [];
  #startsAwaited = 0;
  readonly #template$: BehaviorSubject<ProcessTemplate>;
  /** For supervision: the template, and every one that takes its place. Replays the present one; never completes. */
  readonly template$: Observable<ProcessTemplate>;
  /** For supervision: every end of a run, and every start that failed. Does not replay; never completes or errors. */
  readonly ends$: Observable<RunEnd>;
  /** For supervision: automatic restarts in a row. Whoever starts, restarts or stops it by hand begins a new row. */
  attempts = 0;
  /** For the manager: name of the template it is made from. */
  readonly family: string;
  /** Its number among the processes of its template, from 1. */
  readonly instance: number;
  lastCrash: Crash | undefined;
  /** For the manager: a caller has stopped it, now or under an earlier manager; what is automatic must not start it. */
  isHeldDown = false;
  /** The end after which it was decided that it stays down. */
  #restsAfter: Exit | ProcessError | undefined;
  /** For the manager: found again at its start, and the host has not asked for it yet. */
  isUnclaimed = false;

  constructor(template: ProcessTemplate, options: LaunchOptions, context: ProcessContext) {
    this.#context = context;
    this.#options = options;
    this.#cell = new StatusCell(template.name);
    this.#queue = new CommandQueue(template.name);
    this.#control = new RunControl(template, options, context, this.#cell);
    this.family = options.family ?? template.name;
    this.instance = options.instance ?? 1;
    this.#template$ = new BehaviorSubject(template);
    this.template$ = this.#template$.asObservable();
    this.ends$ = this.#control.ends$.pipe(
      map(({ hasFailedStart, ...end }) => ({ ...end, isTold: hasFailedStart && this.#startsAwaited > 0 })),
    );
    this.notifications$ = notificationsOf(this.status$);
    this.stats$ = usageOf(this.status$, () => this.#control.child?.usage(), context.os.backgroundScheduler);
  }

  get name(): string {
    return this.status.name;
  }

  get template(): ProcessTemplate {
    return this.#control.template;
  }

  get status(): ProcessStatus {
    return this.#cell.status;
  }

  get status$(): Observable<ProcessStatus> {
    return this.#cell.status$;
  }

  get pid(): number | undefined {
    return this.status.pid;
  }

  get identity(): Identity | undefined {
    return this.#control.child?.identity;
  }

  get command(): string {
    const { program } = this.template;
    const [shown] = this.#isAttached() ? this.#attachedCommandLine : [];
    return shown ?? (program.kind === "command" ? program.command : program.script);
  }

  get args(): readonly string[] {
    return this.#isAttached() ? this.#attachedCommandLine.slice(1) : this.template.args;
  }

  get stdin(): Writable | undefined {
    return this.#control.stdin;
  }

  get startTime(): Date | undefined {
    return this.status.startedAt;
  }

  get uptime(): number {
    return this.#control.child?.uptimeMs() ?? 0;
  }

  get uptimeNs(): bigint {
    return BigInt(Math.round(this.uptime * 1e6));
  }

  get checks(): CheckReports {
    return this.#control.run?.hasEnded === false ? this.#control.run.checks : {};
  }

  /** For supervision: what the present run writes; of a process that does not run, what the last one wrote. */
  get output(): RunOutput | undefined {
    return this.#control.run?.output;
  }

  /** For the manager: it has ended, and it was decided that it stays so: it is done, or its policy does not restart it. */
  get isAtRest(): boolean {
    const { exit, lastError } = this.status;
    return this.#restsAfter !== undefined && this.#restsAfter === (exit ?? lastError);
  }

  /** Whether its life ends with that of the host: neither detached nor somebody else's process. */
  get isHostBound(): boolean {
    return this.#control.run?.kind === "bound" || (this.#control.run === undefined && !this.template.detach);
  }

  /** For the manager: somebody else's process runs under this name. */
  get isForeign(): boolean {
    return this.#isAttached();
  }

  isAlive(): boolean {
    const { child } = this.#control;
    return child !== undefined && isAlive(child.sample());
  }

  async start(options: Cancellable = {}): Promise<void> {
    this.#requireWanted("start", options);
    if (this.template.schedule !== undefined) return this.#arm();
    // Nothing to wait for, so nothing that a later command could overtake.
    if (this.#queue.isIdle && this.status.lifecycle === "running" && this.isAlive()) {
      return this.#cell.change({ desired: "up" });
    }
    const { result } = this.#run("start", "up", (command) => this.#control.start(command, byHand));
    await this.#awaitUp(result, "start", options);
  }

  async restart(options: Cancellable = {}): Promise<void> {
    this.#requireWanted("restart", options);
    const request = this.#stopRequest({});
    const { result } = this.#run("restart", "up", (command) => this.#control.restart(request, command, byHand));
    await this.#awaitUp(result, "restart", options);
  }

  async stop(options: StopOptions & Cancellable = {}): Promise<void> {
    this.#requireWanted("stop", options);
    const { firstStep, result } = this.#stop(options);
    // The result settles with the first step at the latest; only an error of the stop itself is of interest here.
    await this.#await(Promise.race([firstStep, result.then(() => undefined)]), "stop", options);
  }

  async stopAndWait(options: StopOptions & Cancellable = {}): Promise<StopResult> {
    this.#requireWanted("stop", options);
    return await this.#await(this.#stop(options).result, "stop", options);
  }

  async kill(options: Cancellable = {}): Promise<StopResult> {
    this.#requireWanted("kill", options);
    const request = this.#stopRequest({ gracePeriod: 0 });
    const { result } = this.#run("kill", "down", (command) => this.#control.stop(request, command));
    return await this.#await(result, "kill", options);
  }

  async wait(options: Cancellable = {}): Promise<Exit> {
    if (this.status.lifecycle === "initial" && this.#queue.isIdle) throw this.#illegal("was never started");
    const waited = exitOfPresentRun(this.status$, this.#queue.willStart, options.cancelSignal);
    const exit = await this.#await(waited, "wait", options);
    if (exit !== undefined) return exit;
    throw this.#illegal("nobody looks at it any more, so its exit stays unknown");
  }

  async signal(signal: Signal): Promise<void> {
    const known = this.#knownSignal(signal);
    this.#queue.requireOpen();
    await this.#context.os.prepareSamples();
    if (this.#control.child?.signal(known) !== true) throw this.#illegal("does not run, so it cannot be signalled");
  }

  async updateStatus(): Promise<KernelStatus> {
    this.#queue.requireOpen();
    const status = await readKernelStatus(this.#control.child, this.#context.os);
    this.#control.refresh();
    if (typeof status === "object") return status;
    if (status === "unreadable") throw this.#error("UNSUPPORTED", "its kernel status cannot be read without /proc");
    throw this.#illegal("does not run, so it has no status");
  }

  async stats(): Promise<Usage> {
    this.#queue.requireOpen();
    const usage = await this.#control.child?.usage();
    if (usage === undefined) throw this.#illegal("does not run, so it uses nothing");
    return usage;
  }

  /** For the manager: makes this the handle of a process that runs already. */
  attach(child: AttachedChild, isUnclaimed = false): void {
    this.isUnclaimed = isUnclaimed;
    this.#attachedCommandLine = child.commandLine;
    this.#control.hold(child, "attached", { kind: "attached", runId: undefined }, { desired: "up" });
  }

  /** For the manager: takes over a detached process that an earlier manager has started. */
  adopt(child: AttachedChild, { desired, restarts, run }: ProcessRecord): void {
    this.isUnclaimed = true;
    this.#control.hold(child, "attached", { kind: "detached", runId: run?.runId }, { desired, restarts });
  }

  /** For the manager: a run of an earlier manager has ended, nobody knows how. */
  tellEnd({ desired, restarts, run, lastRunId }: ProcessRecord): void {
    this.isUnclaimed = true;
    this.#control.tellEnd(run?.runId ?? lastRunId, { desired, restarts });
  }

  /** For the manager: the host has defined the process anew; what runs goes on, the next start uses this. */
  claim(template: ProcessTemplate): void {
    this.isUnclaimed = false;
    this.#control.template = template;
    this.#template$.next(template);
  }

  /** For the manager: what the next manager must know. */
  describe(): ProcessRecord {
    const { name, desired, exit, restarts } = this.status;
    const { template, run } = this.#control;
    const identity = this.identity;
    const present = identity === undefined ? undefined : { identity, runId: run?.runId };
    const kind = run?.kind ?? (template.detach ? "detached" : "bound");
    const lastRunId = this.#control.leftoverRunId;
    return { name, kind, desired, run: present, lastRunId, exit, restarts, template };
  }

  /** For the manager: an earlier run of a process of this name may have left something behind. */
  expectLeftovers(runId: string): void {
    this.#control.leftoverRunId = runId;
  }

  /**
   * For the manager: rejects further commands and starts under way with `reason`, and stops the process if told so.
   * Resolves with the processes that could not be ended. Aborting `hurrySignal` ends the grace period.
   */
  async close(reason: ProcessError, stops: boolean, hurrySignal?: AbortSignal): Promise<readonly Survivor[]> {
    let survivors: readonly Survivor[] = [];
    const stop: CommandWork<void> = async (command) => {
      const hurried = hurrySignal === undefined ? command.hurried : AbortSignal.any([command.hurried, hurrySignal]);
      ({ survivors } = await this.#control.stop(this.#stopRequest({}), { ...command, hurried }));
    };
    await this.#await(this.#queue.close(reason, stops ? stop : undefined), "close", {});
    return survivors;
  }

  /**
   * For the manager: lets go of the process without touching it, and completes the streams. Gives what still holds a
   * process that runs, to be released.
   */
  forget(): AttachedChild | undefined {
    const child = this.#control.letGo();
    this.#cell.complete();
    return child;
  }

  /**
   * For supervision and for the start of a manager: starts it if it is wanted and does not run. What goes wrong is told
   * by `ends$`, so that the restart policy decides; the promise never rejects.
   */
  async startUnasked({ reason, isRestart = false, isDue = false }: UnaskedStart = {}): Promise<void> {
    // A job is run by its schedule, and by its restart policy when it has failed.
    if (this.template.schedule !== undefined && !isRestart && !isDue) return;
    await this.#unasked("start", async (command) => {
      if (this.status.desired !== "up" || this.status.lifecycle === "running") return;
      if (isRestart) this.#cell.change({ restarts: this.status.restarts + 1 });
      await this.#control.start(command, { isAutomatic: true, reason });
    });
  }

  /** For supervision: stops it if it runs, and starts it, if it is wanted. Never rejects. */
  async restartUnasked(reason: string): Promise<void> {
    this.attempts = 0;
    const request = this.#stopRequest({});
    await this.#unasked("reload", async (command) => {
      if (this.status.desired !== "up") return;
      await this.#control.restart(request, command, { isAutomatic: true, reason });
    });
  }

  /** For supervision: the present run as a health check sees it. */
  probeSubject(): ProbeSubject {
    return probeSubject(this.#control.presentRun, this.template, this.#options, this.#context);
  }

  /** For supervision: ends the present run because it does not do what it should. Never rejects. */
  async replace(failure: RunFailure): Promise<void> {
    const { presentRun } = this.#control;
    if (presentRun === undefined || this.status.desired !== "up") return;
    await this.#unasked("replace", (command) => this.#control.replace(presentRun, failure, command));
  }

  /** For the manager: it should run from now on; the restart policy and the schedule may act. */
  want(): void {
    this.#cell.change({ desired: "up" });
  }

  /** For supervision: what the restart policy does now, and why. */
  supervise(supervision: Supervision, reason: string): void {
    this.#cell.change({ supervision, reason });
  }

  /** For supervision: it has ended and stays so. */
  rest(reason: string): void {
    this.#restsAfter = this.status.exit ?? this.status.lastError;
    this.#cell.change({ reason });
  }

  /** For supervision: what was decided about it, and why, when nothing else has changed. */
  tellReason(reason: string | undefined): void {
    this.#cell.change({ reason });
  }

  /** For supervision: what a health check of the present run has found. */
  noteCheck(use: CheckUse, report: HealthReport): void {
    this.#control.noteCheck(use, report);
  }

  /** For supervision: keeps what is to be known of an abnormal end. */
  async noteCrash(end: RunEnd, decision: string): Promise<void> {
    const { output } = this;
    const crash = await describeCrash(end, decision, output);
    this.lastCrash = crash;
  }

  /** Does a command nobody waits for. The host is kept alive while it is under way. */
  async #unasked(verb: Verb, work: CommandWork<void>): Promise<void> {
    if (this.#queue.isClosed) return;
    await this.#await(this.#queue.run(verb, work).result, verb, {}).catch(() => undefined);
  }

  #stop(options: StopOptions): Ticket<StopResult> {
    const request = this.#stopRequest(options);
    const ticket = this.#run("stop", "down", (command) => this.#control.stop(request, command));
    if (ticket.hasJoined && options.gracePeriod !== undefined) {
      // Who joins a stop may be less patient than who asked first. After the stop has ended, hurrying it does nothing.
      timer(request.gracePeriodMs, this.#context.os.backgroundScheduler).subscribe(ticket.hurry);
    }
    return ticket;
  }

  /** A start or restart: when the last one that waits for it to be up gives up, it is stopped. */
  async #awaitUp(result: Promise<void>, what: string, options: Cancellable): Promise<void> {
    this.#startsAwaited += 1;
    try {
      await this.#await(result, what, options);
    } catch (error) {
      if (options.cancelSignal?.aborted === true && this.#startsAwaited === 1) this.#abandonStart();
      throw error;
    } finally {
      this.#startsAwaited -= 1;
    }
  }

  #requireWanted(what: string, { cancelSignal }: Cancellable): void {
    this.#queue.requireOpen();
    requireWanted(`${what} of "${this.name}"`, cancelSignal);
  }

  /** A job is run by its schedule: to start it means to let that act. */
  #arm(): void {
    this.attempts = 0;
    this.isHeldDown = false;
    this.#cell.change({ desired: "up", supervision: watching, reason: undefined });
  }

  #abandonStart(): void {
    if (!this.#queue.isClosed) this.#stop({}).result.catch(() => undefined);
  }

  #run<Result>(verb: Verb, desired: "up" | "down", work: CommandWork<Result>): Ticket<Result> {
    const ticket = this.#queue.run(verb, work);
    this.attempts = 0;
    this.isHeldDown = desired === "down";
    // What was decided before is overruled; a start tells its own reason.
    const overruled = desired === "down" ? { supervision: watching, reason: undefined } : {};
    this.#cell.change({ desired, ...overruled });
    return ticket;
  }

  /** Waits for a result while the host is kept alive: an awaited promise must not be lost to an empty event loop. */
  async #await<Result>(result: Promise<Result>, what: string, { cancelSignal }: Cancellable): Promise<Result> {
    const release = this.#context.os.holdHost();
    try {
      return await orAborted(result, `${what} of "${this.name}"`, cancelSignal);
    } finally {
      release();
    }
  }

  #stopRequest({ gracePeriod, signal }: StopOptions): StopRequest {
    const policy = this.template.stop;
    const gracePeriodMs = gracePeriod === undefined ? policy.gracePeriodMs : durationMs(gracePeriod, "gracePeriod");
    return { signal: signal === undefined ? policy.signal : this.#knownSignal(signal), gracePeriodMs };
  }

  #knownSignal(signal: Signal): Signal {
    const known = parseSignal(String(signal));
    if (known !== undefined) return known;
    throw this.#error(
      "UNSUPPORTED",
      `there is no signal ${JSON.stringify(signal)} here; expected a name such as SIGTERM`,
    );
  }

  /** Whether the present or last run is somebody else's process. What a later start makes is ours. */
  #isAttached(): boolean {
    return this.#control.run?.kind === "attached";
  }

  #illegal(what: string): ProcessError {
    return this.#error("ILLEGAL_STATE", what);
  }

  #error(code: ErrorCode, what: string): ProcessError {
    return new ProcessError(code, `${this.name}: ${what}`, { process: this.name });
  }
}
