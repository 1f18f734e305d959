import type { ProcessError } from "../errors.js";
import type { Exit } from "../os/exit.js";
import { isAlive, type OsState } from "../os/os-state.js";
import type { RunHistory } from "../schedule/run-history.js";
import type { Lifecycle } from "./lifecycle.js";

/** What was asked of a process last. */
export type Desired = "up" | "down";

/** Whether a process works, as its health checks say. */
export type Health = "unknown" | "starting" | "healthy" | "unhealthy";

/**
 * What the restart policy does about the process: it looks on (`watching`), waits for the time of the next restart
 * (`waiting`), or has given up until somebody starts it or its time to try again has come (`gave-up`).
 */
export type Supervision =
  | { readonly kind: "watching" }
  | {
      readonly kind: "waiting";
      readonly until: Date;
      /** Number of the coming restart in its row, from 1. */
      readonly attempt: number;
      readonly reason: string;
    }
  | {
      readonly kind: "gave-up";
      readonly reason: string;
      /** When it is tried again with a fresh count; undefined when it is not. */
      readonly retryAt: Date | undefined;
    };

/** What the schedule of a job has done, and does next. */
export interface ScheduleStatus {
  /** When it runs next; undefined when it is stopped, or will never run again. */
  readonly nextRunAt: Date | undefined;
  /** The last 20 runs, oldest first. */
  readonly runs: RunHistory;
}

/**
 * The one word for people and notifications: `initial` (defined, never started), the kernel's word while the process
 * lives, `unavailable` (alive, but its state cannot be read), `terminated` (not running).
 */
export type ProcessState =
  | "initial"
  | Exclude<OsState, "zombie" | "dead" | "gone" | "unreadable">
  | "unavailable"
  | "terminated";

/** A frozen snapshot of everything known about a process at one moment. */
export interface ProcessStatus {
  readonly name: string;
  readonly state: ProcessState;
  readonly desired: Desired;
  readonly lifecycle: Lifecycle;
  /** What the kernel says; `gone` while nothing runs. */
  readonly os: OsState;
  readonly health: Health;
  /** Whether it runs and, with a readiness check, passes that. */
  readonly ready: boolean;
  readonly supervision: Supervision;
  /** Why it is as it is: what was decided about it last, and for what reason; undefined when nothing was. */
  readonly reason: string | undefined;
  /** Undefined while nothing runs. */
  readonly pid: number | undefined;
  /** How the last run ended; undefined while it runs and before the first. */
  readonly exit: Exit | undefined;
  /** When the present or last run began. */
  readonly startedAt: Date | undefined;
  /** How often it was started again by `restart()` or its restart policy. */
  readonly restarts: number;
  /** What went wrong last; undefined after a clean start. */
  readonly lastError: ProcessError | undefined;
  /** When the restart policy starts it again; undefined when it does not. */
  readonly nextRestartAt: Date | undefined;
  /** What its schedule does; undefined without one. */
  readonly schedule: ScheduleStatus | undefined;
}

/** A change of `state`, as notifications tell it. */
export interface ProcessNotification {
  readonly name: string;
  readonly pid: number | undefined;
  readonly state: ProcessState;
  /** The state before; undefined in the first notification a subscriber gets. */
  readonly previous: ProcessState | undefined;
  readonly at: Date;
  /** How it ended, when it has. */
  readonly exit: Exit | undefined;
  /** What was decided about it and why, as in `status.reason`. */
  readonly reason: string | undefined;
}

const withoutProcess = {
  initial: "initial",
  // Between two runs nothing lives; before the first there never was anything.
  starting: "terminated",
  exited: "terminated",
  failed: "terminated",
} as const satisfies Partial<Record<Lifecycle, ProcessState>>;

/** The word for people. `hasRun`: whether an earlier run exists, which tells `initial` from `terminated` at a start. */
export function describeState(lifecycle: Lifecycle, os: OsState, hasRun: boolean): ProcessState {
  if (lifecycle === "starting" && !hasRun) return "initial";
  if (lifecycle !== "running" && lifecycle !== "stopping") return withoutProcess[lifecycle];
  if (os === "unreadable") return "unavailable";
  return isAlive(os) ? (os as Exclude<typeof os, "zombie" | "dead" | "gone">) : "terminated";
}
