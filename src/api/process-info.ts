import type { Exit } from "../os/exit.js";
import type { Lifecycle } from "../process/lifecycle.js";
import type { Desired, Health, ProcessState, Supervision } from "../process/process-status.js";

/** How a run ended. */
export interface ExitInfo {
  /** The exit code; null when a signal ended it, or the code is not known. */
  readonly code: number | null;
  /** The signal that ended it; empty when it ended by itself. */
  readonly signal: string;
  readonly cause: Exit["cause"];
  /** When the end was seen, in ISO 8601. */
  readonly at: string;
}

/** What one health check has found. */
export interface CheckInfo {
  readonly use: "readiness" | "liveness";
  readonly verdict: "starting" | "healthy" | "unhealthy";
  /** Failures in a row. */
  readonly failures: number;
  /** Successes in a row. */
  readonly successes: number;
  /** How often it was asked. */
  readonly checks: number;
  readonly lastCheck: string | null;
  /** Why the last check that failed did; empty when none has. */
  readonly lastFailure: string;
}

/** What is known of the last abnormal end. */
export interface CrashInfo {
  readonly at: string;
  /** Null when it could not even be started. */
  readonly exit: ExitInfo | null;
  /** What it did wrong, where the exit does not tell. */
  readonly failure: string;
  /** How long it was up, in milliseconds. */
  readonly uptime: number;
  /** The last lines it wrote to standard error, at most 20. */
  readonly stderr: readonly string[];
  /** What was decided then, and why. */
  readonly decision: string;
}

/** One run of a job. */
export interface JobRunInfo {
  readonly due: string;
  readonly started: string | null;
  readonly ended: string | null;
  /** `succeeded`, `failed`, `skipped`, `killed`, `replaced`; empty while it runs. */
  readonly outcome: string;
  readonly reason: string;
}

/** What the schedule of a job does. */
export interface ScheduleInfo {
  readonly cron: string;
  readonly timezone: string;
  /** When it runs next; null when it is stopped, or never runs again. */
  readonly nextRun: string | null;
  /** The last 20 runs, oldest first. */
  readonly runs: readonly JobRunInfo[];
}

/**
 * A process as the API and the command line tell it. Every field is always there: a text that is not known is empty, a number 0, a
 * time null. Secrets are masked.
 */
export interface ProcessInfo {
  /** What routes take; the same as the name. */
  readonly id: string;
  readonly name: string;
  /** The random identity of the present run, as in its variable `DROVER_ID`; empty while nothing runs. */
  readonly runId: string;
  readonly title: string;
  readonly description: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly enabled: boolean;

  /** One word for people. */
  readonly state: ProcessState;
  /** What was asked. */
  readonly desired: Desired;
  /** Where drover is in its life. */
  readonly lifecycle: Lifecycle;
  /** What the kernel says. */
  readonly osState: string;
  /** Whether it works. */
  readonly health: Health;
  /** Whether it runs and, with a readiness check, passes that. */
  readonly ready: boolean;
  readonly isRunning: boolean;

  /** 0 while nothing runs. */
  readonly pid: number;
  readonly startTime: string | null;
  /** Milliseconds since the present run began; 0 while nothing runs. */
  readonly uptime: number;
  readonly restartCount: number;
  readonly supervision: Supervision["kind"];
  /** What was decided about it last, and why. */
  readonly reason: string;
  readonly nextRestart: string | null;
  /** The higher one of its checks' failures in a row. */
  readonly healthCheckFailures: number;
  readonly lastHealthCheck: string | null;
  readonly checks: readonly CheckInfo[];
  /** How the last run ended; null while it runs and before the first. */
  readonly exit: ExitInfo | null;
  readonly lastError: string;
  readonly lastCrash: CrashInfo | null;
  /** Null without a schedule. */
  readonly schedule: ScheduleInfo | null;

  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly detach: boolean;
  /** Resident memory of the tree, in bytes. */
  readonly memory: number;
  /** CPU use of the tree, in percent of one CPU. */
  readonly cpu: number;
}
