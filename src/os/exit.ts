import type { Signal } from "./signal.js";

/**
 * Why a process is no longer running:
 * - `exited`: it ended by itself with an exit code;
 * - `signaled`: a signal ended it that this manager did not send;
 * - `stopped`: it ended because the manager was asked to stop or restart it;
 * - `killed`: it was ended by SIGKILL from this manager, asked for or after the grace period;
 * - `unhealthy`: its liveness check failed, and it was ended for that;
 * - `over-limit`: it used more than its limits allow, and was ended for that;
 * - `start-timeout`: it was not ready in time, and was ended for that;
 * - `overran`: it is a job that took longer than its longest duration, or had to make room for its next run;
 * - `unknown`: it was not our child, and nobody told us how it ended.
 */
export type ExitCause =
  | "exited"
  | "signaled"
  | "stopped"
  | "killed"
  | "unhealthy"
  | "over-limit"
  | "start-timeout"
  | "overran"
  | "unknown";

/** How a process ended. */
export interface Exit {
  /** Exit code; null when a signal ended it, or when it is unknown. */
  readonly code: number | null;
  /** The signal that ended it; null when it exited by itself, or when it is unknown. */
  readonly signal: Signal | null;
  readonly cause: ExitCause;
  /** When the end was noticed. */
  readonly at: Date;
}

/** The exit of a process that ended with this code or by this signal; both null mean unknown. */
export function exitOf(code: number | null, signal: Signal | null, at: Date): Exit {
  const cause = signal !== null ? "signaled" : code !== null ? "exited" : "unknown";
  return Object.freeze({ code, signal, cause, at });
}

/** An exit in words: `exit code 3`, `SIGKILL`, `unknown exit`. */
export function describeExit(exit: Exit): string {
  if (exit.signal !== null) return exit.signal;
  return exit.code === null ? "unknown exit" : `exit code ${exit.code}`;
}
