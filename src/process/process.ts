import type { Writable } from "node:stream";
import type { Observable } from "rxjs";
import type { LogBook } from "../logs/log-book.js";
import type { Exit } from "../os/exit.js";
import type { Identity } from "../os/identity.js";
import type { KernelStatus } from "../os/kernel-status.js";
import type { Survivor, Usage, UsageOptions } from "../os/os.js";
import type { Signal } from "../os/signal.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { Cancellable } from "./cancellation.js";
import type { Crash } from "./crash.js";
import type { CheckReports } from "./health-facts.js";
import type { ProcessNotification, ProcessStatus } from "./process-status.js";

/** How a stop may differ from the template's stop policy. */
export interface StopOptions {
  /** Time the tree has to end by itself, in milliseconds or as text such as `"5s"`; 0 kills at once. */
  readonly gracePeriod?: number | string | undefined;
  /** Signal sent first. */
  readonly signal?: Signal | undefined;
}

/** What a stop achieved. */
export interface StopResult {
  /** How the process ended; undefined when it never ran, or could not be ended. */
  readonly exit: Exit | undefined;
  /** Whether SIGKILL was needed. */
  readonly forced: boolean;
  /** Processes of the tree that could not be ended; empty after a complete stop. */
  readonly survivors: readonly Survivor[];
}

/**
 * A managed process: made from code, from a template, or attached by PID. Commands of one process run one after the
 * other in the order of the calls: a call of the verb that is last in line joins it, a stop or kill ends a start that
 * still waits (its caller gets ABORTED), and what was called last is what holds in the end.
 *
 * Every asynchronous method may reject with ABORTED (by its `cancelSignal`, or overtaken by a later command) and with
 * MANAGER_CLOSED or ILLEGAL_STATE once the manager is closed or the process deleted.
 */
export interface Process {
  readonly name: string;
  readonly template: ProcessTemplate;
  /** PID of the present run; undefined while nothing runs. */
  readonly pid: number | undefined;
  /** Serialisable proof of which process this is, to attach again later; undefined while nothing runs. */
  readonly identity: Identity | undefined;
  /** The program: as asked for, or as the kernel shows it for an attached process. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its standard input, when that was asked for as a pipe and it runs. */
  readonly stdin: Writable | undefined;
  /** When the present or last run began. */
  readonly startTime: Date | undefined;
  /** Milliseconds since the present run began; 0 while nothing runs. */
  readonly uptime: number;
  /** The same in nanoseconds. */
  readonly uptimeNs: bigint;
  /** Whether it runs now, asked of the kernel. A zombie does not. */
  isAlive(): boolean;

  /** The present snapshot. */
  readonly status: ProcessStatus;
  /**
   * Snapshots. Replays the present one to each subscriber, then every change; shared; completes when the process is
   * deleted or the manager closed; never errors.
   */
  readonly status$: Observable<ProcessStatus>;
  /**
   * Changes of the one-word state. Begins with the present state (`previous` undefined), then every change; completes
   * and errs like `status$`.
   */
  readonly notifications$: Observable<ProcessNotification>;
  /**
   * Resources used by the tree, once a second while subscribed and running; one measurement serves all subscribers.
   * Does not replay; completes when the process is deleted or the manager closed; never errors.
   */
  readonly stats$: Observable<Usage>;

  /**
   * What it writes and has written, whatever run of it: read from its log files, or without those from memory. Empty when it
   * goes elsewhere (`logs.mode` INHERIT and DISCARD).
   */
  readonly logs: LogBook;
  /** The last reports of its health checks; none while nothing runs. */
  readonly checks: CheckReports;
  /** What is known of its last abnormal end; undefined when there was none since the manager was made. */
  readonly lastCrash: Crash | undefined;

  /**
   * Starts it, after the processes it depends on; does nothing when it runs. Resolves when it is ready, or without a
   * readiness check when it runs. A process with a schedule is armed, not run. Rejects with SPAWN_FAILED (also when it ended
   * before it was ready), START_TIMEOUT with the last failure of the check and its last output, ENV_UNRESOLVED,
   * DEPENDENCY_FAILED, DEPENDENCY_CYCLE, NOT_PERMITTED, and STOP_INCOMPLETE when processes of the last run could not be
   * ended. A start that rejects is not tried again by itself. Cancelled by everybody who waits, it is stopped.
   */
  start(options?: Cancellable): Promise<void>;
  /** Stops it if it runs, then starts it: environment and interpreter are found anew. Rejects like `start`. */
  restart(options?: Cancellable): Promise<void>;
  /** Sends the stop signal and resolves; the rest of the stop goes on. */
  stop(options?: StopOptions & Cancellable): Promise<void>;
  /** Stops it. Resolves when no process of the tree is left, or with those that could not be ended. */
  stopAndWait(options?: StopOptions & Cancellable): Promise<StopResult>;
  /** Ends the tree with SIGKILL. Resolves like `stopAndWait`. */
  kill(options?: Cancellable): Promise<StopResult>;
  /**
   * Resolves with the exit of the present run, or of the last one when nothing runs. Rejects with ILLEGAL_STATE when it
   * was never started, and with the error of the start when that failed.
   */
  wait(options?: Cancellable): Promise<Exit>;
  /** Sends a signal to the process itself, not to its tree. Rejects with ILLEGAL_STATE when it does not run. */
  signal(signal: Signal): Promise<void>;
  /**
   * Reads the state and the whole kernel status now. Rejects with ILLEGAL_STATE when it does not run, and with
   * UNSUPPORTED where there is no /proc.
   */
  updateStatus(): Promise<KernelStatus>;
  /** Resources used by the whole tree. Rejects with ILLEGAL_STATE when it does not run. */
  stats(options?: UsageOptions): Promise<Usage>;
}
