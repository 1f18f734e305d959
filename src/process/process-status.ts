import type { ProcessError } from "../errors.js";
import type { Exit } from "../os/exit.js";
import { isAlive, type OsState } from "../os/os-state.js";
import type { Lifecycle } from "./lifecycle.js";

/** What was asked of a process last. */
export type Desired = "up" | "down";

/** Whether a process works, as its health checks say. */
export type Health = "unknown" | "starting" | "healthy" | "unhealthy";

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
