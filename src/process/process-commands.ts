import { timer } from "rxjs";
import { ProcessError } from "../errors.js";
import type { Survivor } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import { durationMs } from "../units/duration.js";
import { type Cancellable, orAborted, requireWanted } from "./cancellation.js";
import { CommandQueue, type CommandWork, type Ticket, type Verb } from "./command-queue.js";
import { knownSignal } from "./failures.js";
import type { StopOptions, StopResult } from "./process.js";
import type { ProcessContext, StopRequest } from "./process-context.js";
import type { RunFailure } from "./run.js";
import type { RunControl, StartManner } from "./run-control.js";
import { type StatusCell, watching } from "./status-cell.js";

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

/** The commands of one process: what callers ask for, and what supervision does by itself. */
export class ProcessCommands {
  readonly #control: RunControl;
  readonly #cell: StatusCell;
  readonly #context: ProcessContext;
  readonly #queue: CommandQueue;
  #startsAwaited = 0;
  /** Automatic restarts in a row. Whoever starts, restarts or stops it by hand begins a new row. */
  attempts = 0;
  /** A caller has stopped it, now or under an earlier manager; what is automatic must not start it. */
  isHeldDown = false;

  constructor(control: RunControl, cell: StatusCell, context: ProcessContext) {
    this.#control = control;
    this.#cell = cell;
    this.#context = context;
    this.#queue = new CommandQueue(cell.status.name);
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /** Whether a start or restart runs or waits. */
  get willStart(): boolean {
    return this.#queue.willStart;
  }

  /** Whether somebody waits for a start, and is told when it fails. */
  get isStartAwaited(): boolean {
    return this.#startsAwaited > 0;
  }

  /** Throws the reason for which no further command is let in. */
  requireOpen(): void {
    this.#queue.requireOpen();
  }

  async start(options: Cancellable = {}): Promise<void> {
    this.#requireWanted("start", options);
    if (this.#control.holder.template.schedule !== undefined) return this.#arm();
    // Nothing to wait for, so nothing that a later command could overtake.
    if (this.#queue.isIdle && this.#cell.status.lifecycle === "running" && this.#isAlive()) {
      this.#cell.change({ desired: "up" });
      return await this.#awaitFound(options);
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
    await this.await(Promise.race([firstStep, result.then(() => undefined)]), "stop", options);
  }

  async stopAndWait(options: StopOptions & Cancellable = {}): Promise<StopResult> {
    this.#requireWanted("stop", options);
    return await this.await(this.#stop(options).result, "stop", options);
  }

  async kill(options: Cancellable = {}): Promise<StopResult> {
    this.#requireWanted("kill", options);
    const request = this.#stopRequest({ gracePeriod: 0 });
    const { result } = this.#run("kill", "down", (command) => this.#control.stop(request, command));
    return await this.await(result, "kill", options);
  }

  /**
   * Rejects further commands and starts under way with `reason`, and stops the process if told so.
   * Resolves with the processes that could not be ended. Aborting `hurrySignal` ends the grace period.
   */
  async close(reason: ProcessError, stops: boolean, hurrySignal?: AbortSignal): Promise<readonly Survivor[]> {
    let survivors: readonly Survivor[] = [];
    const stop: CommandWork<void> = async (command) => {
      const hurried = hurrySignal === undefined ? command.hurried : AbortSignal.any([command.hurried, hurrySignal]);
      ({ survivors } = await this.#control.stop(this.#stopRequest({}), { ...command, hurried }));
    };
    await this.await(this.#queue.close(reason, stops ? stop : undefined), "close", {});
    return survivors;
  }

  /**
   * Starts it if it is wanted and does not run. What goes wrong is told
   * by `ends$`, so that the restart policy decides; the promise never rejects.
   */
  async startUnasked({ reason, isRestart = false, isDue = false }: UnaskedStart = {}): Promise<void> {
    // A job is run by its schedule, and by its restart policy when it has failed.
    if (this.#control.holder.template.schedule !== undefined && !isRestart && !isDue) return;
    await this.#unasked("start", async (command) => {
      if (this.#cell.status.desired !== "up" || this.#cell.status.lifecycle === "running") return;
      if (isRestart) this.#cell.change({ restarts: this.#cell.status.restarts + 1 });
      await this.#control.start(command, { isAutomatic: true, reason });
    });
  }

  /** Stops it if it runs, and starts it, if it is wanted. Never rejects. */
  async restartUnasked(reason: string): Promise<void> {
    this.attempts = 0;
    this.#cell.change({ supervision: watching });
    const request = this.#stopRequest({});
    await this.#unasked("reload", async (command) => {
      if (this.#cell.status.desired !== "up") return;
      await this.#control.restart(request, command, { isAutomatic: true, reason });
    });
  }

  /** Ends the present run because it does not do what it should. Never rejects. */
  async replace(failure: RunFailure): Promise<void> {
    const { present } = this.#control.holder;
    if (present === undefined || this.#cell.status.desired !== "up") return;
    await this.#unasked("replace", (command) => this.#control.replace(present, failure, command));
  }

  /** Spares the next start a look at all processes of the machine, while there is time for it. Never rejects. */
  async prepareStart(): Promise<void> {
    await this.#control.lookForLeftovers().catch(() => undefined);
  }

  /** For the manager: it should run from now on; the restart policy and the schedule may act. */
  want(): void {
    this.#cell.change({ desired: "up" });
  }

  /** Does a command nobody waits for. The host is kept alive while it is under way. */
  async #unasked(verb: Verb, work: CommandWork<void>): Promise<void> {
    if (this.#queue.isClosed) return;
    await this.await(this.#queue.run(verb, work).result, verb, {}).catch(() => undefined);
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
      await this.await(result, what, options);
    } catch (error) {
      if (options.cancelSignal?.aborted === true && this.#startsAwaited === 1) this.#abandonStart();
      throw error;
    } finally {
      this.#startsAwaited -= 1;
    }
  }

  /** A process that was found running is up when it is ready. Whoever gives up this wait does not end it. */
  async #awaitFound(options: Cancellable): Promise<void> {
    const { present } = this.#control.holder;
    if (present === undefined || present.upSinceMs !== undefined) return;
    const { cancelSignal = new AbortController().signal } = options;
    if (await this.await(this.#control.awaitFound(present, cancelSignal), "start", options)) return;
    const { name, desired } = this.#cell.status;
    if (desired === "up") return await this.start(options);
    throw new ProcessError("ABORTED", `${name}: start was given up, because it was stopped`, { process: name });
  }

  #requireWanted(what: string, { cancelSignal }: Cancellable): void {
    this.#queue.requireOpen();
    requireWanted(`${what} of "${this.#cell.status.name}"`, cancelSignal);
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
    // What was decided before is overruled at once, however long the command has to wait; a start tells its own reason.
    const reason = desired === "down" ? undefined : this.#cell.status.reason;
    this.#cell.change({ desired, reason, supervision: watching });
    return ticket;
  }

  /** Waits for a result while the host is kept alive: an awaited promise must not be lost to an empty event loop. */
  async await<Result>(result: Promise<Result>, what: string, { cancelSignal }: Cancellable): Promise<Result> {
    const release = this.#context.os.holdHost();
    try {
      return await orAborted(result, `${what} of "${this.#cell.status.name}"`, cancelSignal);
    } finally {
      release();
    }
  }

  #stopRequest({ gracePeriod, signal }: StopOptions): StopRequest {
    const policy = this.#control.holder.template.stop;
    const gracePeriodMs = gracePeriod === undefined ? policy.gracePeriodMs : durationMs(gracePeriod, "gracePeriod");
    return {
      signal: signal === undefined ? policy.signal : knownSignal(this.#cell.status.name, signal),
      gracePeriodMs,
    };
  }

  #isAlive(): boolean {
    const { present } = this.#control.holder;
    return present !== undefined && isAlive(present.child.sample());
  }
}
