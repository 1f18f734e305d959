// The facade of the contract, one short method for each promise: in two files it would only be harder to find.
/* eslint drover/max-lines-reason: off -- see above */
import type { Writable } from "node:stream";
import { BehaviorSubject, type Observable, Subject } from "rxjs";
import { type ErrorCode, ProcessError } from "../errors.js";
import type { HealthReport } from "../health/health-report.js";
import type { ProbeSubject } from "../health/probe.js";
import type { LogBook } from "../logs/log-book.js";
import type { Exit } from "../os/exit.js";
import type { Identity } from "../os/identity.js";
import type { KernelStatus } from "../os/kernel-status.js";
import type { AttachedChild, Child, Usage, UsageOptions } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { Signal } from "../os/signal.js";
import type { RunEnd } from "../restart/decide-restart.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { Cancellable } from "./cancellation.js";
import { type Crash, describeCrash } from "./crash.js";
import { knownSignal } from "./failures.js";
import type { CheckReports, CheckUse } from "./health-facts.js";
import { readKernelStatus } from "./kernel-status.js";
import type { LaunchOptions } from "./launch.js";
import { probeSubject } from "./probe-subject.js";
import type { Process, StopOptions, StopResult } from "./process.js";
import { ProcessCommands } from "./process-commands.js";
import type { ProcessContext } from "./process-context.js";
import type { ProcessLog } from "./process-log.js";
import type { ProcessRecord } from "./process-record.js";
import type { ProcessNotification, ProcessStatus, ScheduleStatus, Supervision } from "./process-status.js";
import { RunControl } from "./run-control.js";
import type { RunHolder } from "./run-holder.js";
import type { RunOutput } from "./run-output.js";
import { StatusCell } from "./status-cell.js";
import { exitOfPresentRun, notificationsOf, usageOf } from "./status-streams.js";

/** The handle the manager gives out, with what only the manager may do. */
export class ManagedProcess implements Process {
  #notifications$: Observable<ProcessNotification> | undefined;
  #stats$: Observable<Usage> | undefined;
  readonly #context: ProcessContext;
  readonly #options: LaunchOptions;
  readonly #cell: StatusCell;
  /** For the manager and supervision: what is done without anybody waiting for it. */
  readonly commands: ProcessCommands;
  readonly #control: RunControl;
  readonly #holder: RunHolder;
  /** What the kernel showed of the process this handle was attached to. */
  #attachedCommandLine: readonly string[] = [];
  readonly #template$: BehaviorSubject<ProcessTemplate>;
  readonly #ends = new Subject<RunEnd>();
  /** For supervision: every end of a run, and every start that failed. Does not replay; never completes or errors. */
  readonly ends$: Observable<RunEnd> = this.#ends;
  /** For the manager: name of the template it is made from. */
  readonly family: string;
  /** Its number among the processes of its template, from 1. */
  readonly instance: number;
  lastCrash: Crash | undefined;
  /** How many crashes there were, and which of them is told. */
  #crashes = 0;
  #toldCrash = 0;
  /** The end after which it was decided that it stays down. */
  #restsAfter: Exit | ProcessError | undefined;
  /** For the manager: found again at its start, and the host has not asked for it yet. */
  isUnclaimed = false;

  constructor(template: ProcessTemplate, options: LaunchOptions, context: ProcessContext) {
    this.#context = context;
    this.#options = options;
    this.#cell = new StatusCell(template.name);
    this.#control = new RunControl(template, options, context, this.#cell);
    this.#holder = this.#control.holder;
    this.commands = new ProcessCommands(this.#control, this.#cell, context);
    this.family = options.family ?? template.name;
    this.instance = options.instance ?? 1;
    this.#template$ = new BehaviorSubject(template);
    this.#holder.onEnd = ({ hasFailedStart, ...end }) =>
      this.#ends.next({ ...end, isTold: hasFailedStart && this.commands.isStartAwaited });
  }

  get name(): string {
    return this.status.name;
  }

  get template(): ProcessTemplate {
    return this.#holder.template;
  }

  get status(): ProcessStatus {
    return this.#cell.status;
  }

  get status$(): Observable<ProcessStatus> {
    return this.#cell.status$;
  }

  // Made when they are asked for: of a thousand processes most are never looked at so closely.
  get notifications$(): Observable<ProcessNotification> {
    this.#notifications$ ??= notificationsOf(this.status$);
    return this.#notifications$;
  }

  get stats$(): Observable<Usage> {
    const measure = (): Promise<Usage> | undefined => this.#holder.present?.child.usage();
    this.#stats$ ??= usageOf(this.status$, measure, this.#context.os.backgroundScheduler);
    return this.#stats$;
  }

  /** For supervision: the template, and every one that takes its place. Replays the present one; never completes. */
  get template$(): Observable<ProcessTemplate> {
    return this.#template$;
  }

  get pid(): number | undefined {
    return this.status.pid;
  }

  get identity(): Identity | undefined {
    return this.#holder.present?.child.identity;
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
    return (this.#holder.present?.child as Partial<Child> | undefined)?.stdin;
  }

  get startTime(): Date | undefined {
    return this.status.startedAt;
  }

  get uptime(): number {
    return this.#holder.present?.child.uptimeMs() ?? 0;
  }

  get uptimeNs(): bigint {
    return BigInt(Math.round(this.uptime * 1e6));
  }

  get checks(): CheckReports {
    return this.#holder.present?.checks ?? {};
  }

  get logs(): LogBook {
    return this.log;
  }

  /** For the API: the same, with what only the manager may do. */
  get log(): ProcessLog {
    return this.#control.log;
  }

  /** For supervision: what the present run writes; of a process that does not run, what the last one wrote. */
  get output(): RunOutput | undefined {
    return this.#holder.last?.output;
  }

  /** For the manager: it has ended, and it was decided that it stays so: it is done, or its policy does not restart it. */
  get isAtRest(): boolean {
    const { exit, lastError } = this.status;
    return this.#restsAfter !== undefined && this.#restsAfter === (exit ?? lastError);
  }

  /** Whether its life ends with that of the host: neither detached nor somebody else's process. */
  get isHostBound(): boolean {
    return this.#holder.last?.kind === "bound" || (this.#holder.last === undefined && !this.template.detach);
  }

  /** For the manager: somebody else's process runs under this name. */
  get isForeign(): boolean {
    return this.#isAttached();
  }

  isAlive(): boolean {
    const { present } = this.#holder;
    return present !== undefined && isAlive(present.child.sample());
  }

  async start(options: Cancellable = {}): Promise<void> {
    await this.commands.start(options);
  }

  async restart(options: Cancellable = {}): Promise<void> {
    await this.commands.restart(options);
  }

  async stop(options: StopOptions & Cancellable = {}): Promise<void> {
    await this.commands.stop(options);
  }

  async stopAndWait(options: StopOptions & Cancellable = {}): Promise<StopResult> {
    return await this.commands.stopAndWait(options);
  }

  async kill(options: Cancellable = {}): Promise<StopResult> {
    return await this.commands.kill(options);
  }

  async wait(options: Cancellable = {}): Promise<Exit> {
    if (this.status.lifecycle === "initial" && this.commands.isIdle) throw this.#illegal("was never started");
    const waited = exitOfPresentRun(this.status$, this.commands.willStart, options.cancelSignal);
    const exit = await this.commands.await(waited, "wait", options);
    if (exit !== undefined) return exit;
    throw this.#illegal("nobody looks at it any more, so its exit stays unknown");
  }

  async signal(signal: Signal): Promise<void> {
    const known = knownSignal(this.name, signal);
    this.commands.requireOpen();
    await this.#context.os.prepareSamples();
    if (this.#holder.present?.child.signal(known) !== true)
      throw this.#illegal("does not run, so it cannot be signalled");
  }

  async updateStatus(): Promise<KernelStatus> {
    this.commands.requireOpen();
    const status = await readKernelStatus(this.#holder.present?.child, this.#context.os);
    this.#holder.refresh();
    if (typeof status === "object") return status;
    if (status === "unreadable") throw this.#error("UNSUPPORTED", "its kernel status cannot be read without /proc");
    throw this.#illegal("does not run, so it has no status");
  }

  async stats(options?: UsageOptions): Promise<Usage> {
    this.commands.requireOpen();
    const usage = await this.#holder.present?.child.usage(options);
    if (usage === undefined) throw this.#illegal("does not run, so it uses nothing");
    return usage;
  }

  /** For the manager: makes this the handle of a process that runs already. */
  attach(child: AttachedChild, isUnclaimed = false): void {
    this.isUnclaimed = isUnclaimed;
    this.#attachedCommandLine = child.commandLine;
    this.#holder.hold(child, "attached", { kind: "attached", runId: undefined }, { desired: "up" });
    this.#control.followFound(this.template, false, child.exit);
  }

  /** For the manager: takes over a detached process that an earlier manager has started. */
  adopt(child: AttachedChild, { desired, restarts, run, template }: ProcessRecord): void {
    this.isUnclaimed = true;
    this.#holder.hold(child, "attached", { kind: "detached", runId: run?.runId }, { desired, restarts });
    this.#control.followFound(template, true, child.exit);
  }

  /** For the manager: a run of an earlier manager has ended, nobody knows how. */
  tellEnd({ desired, restarts, run, lastRunId }: ProcessRecord): void {
    this.isUnclaimed = true;
    this.#control.noteEnd(run?.runId ?? lastRunId, { desired, restarts });
  }

  /** For the manager: the host has defined the process anew; what runs goes on, the next start uses this. */
  claim(template: ProcessTemplate): void {
    this.isUnclaimed = false;
    this.#holder.use(template);
    this.#control.planChanged();
    this.#template$.next(template);
  }

  /** For the manager: what the next manager must know. */
  describe(): ProcessRecord {
    const { name, desired, exit, restarts } = this.status;
    const { template, last: run } = this.#holder;
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
   * For the manager: lets go of the process without touching it, and completes the streams. Gives what still holds a
   * process that runs, to be released.
   */
  forget(): AttachedChild | undefined {
    const child = this.#holder.letGo();
    this.#cell.complete();
    return child;
  }

  /** For the manager: completes those who follow its log, when they have got what was written by runs that have ended. */
  async closeLog(): Promise<void> {
    await this.#control.closeLog();
  }

  /** For supervision: the present run as a health check sees it. */
  probeSubject(): ProbeSubject {
    return probeSubject(this.#holder.present, this.template, this.#options, this.#context);
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

  /** For supervision: what its schedule has done and does next. */
  noteSchedule(schedule: ScheduleStatus | undefined): void {
    this.#cell.change({ schedule });
  }

  /** For supervision: what a health check of the present run has found. */
  noteCheck(use: CheckUse, report: HealthReport): void {
    this.#holder.noteCheck(use, report);
  }

  /** For supervision: keeps what is to be known of an abnormal end. */
  async noteCrash(end: RunEnd, decision: string): Promise<void> {
    const { output } = this;
    const number = ++this.#crashes;
    const crash = await describeCrash(end, decision, output);
    // Of a crash that was followed by another at once, the last words may take longer to come.
    if (number < this.#toldCrash) return;
    this.#toldCrash = number;
    this.lastCrash = crash;
  }

  /** Whether the present or last run is somebody else's process. What a later start makes is ours. */
  #isAttached(): boolean {
    return this.#holder.last?.kind === "attached";
  }

  #illegal(what: string): ProcessError {
    return this.#error("ILLEGAL_STATE", what);
  }

  #error(code: ErrorCode, what: string): ProcessError {
    return new ProcessError(code, `${this.name}: ${what}`, { process: this.name });
  }
}
