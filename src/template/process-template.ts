import type { HealthCheck } from "../health/health-check.js";
import type { Limits } from "../limits/limits.js";
import type { FileWatch } from "../reload/file-watch.js";
import type { RestartPolicy } from "../restart/restart-policy.js";
import type { Schedule } from "../schedule/schedule.js";

export type { Check, HealthCheck } from "../health/health-check.js";
export type { Limits } from "../limits/limits.js";
export type { FileWatch } from "../reload/file-watch.js";
export type { Backoff, RestartMode, RestartPolicy } from "../restart/restart-policy.js";
export type { Schedule } from "../schedule/schedule.js";

/**
 * A complete process template: every default filled in, every duration in milliseconds, every size in bytes.
 * It is what a `.json`, `.yaml`, `.textproto` or `.binpb` file, or the options given in code, resolve to.
 */
export interface ProcessTemplate {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly runOnStartup: boolean;
  /** What is run: a program looked up on PATH, or a script file run by an interpreter. */
  readonly program: Program;
  readonly args: readonly string[];
  /** Absolute working directory. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly envFiles: readonly string[];
  readonly inheritEnv: boolean;
  readonly requiredEnv: readonly string[];
  readonly missingEnv: MissingEnv;
  readonly runAs: RunAs | undefined;
  readonly detach: boolean;
  readonly notify: boolean;
  readonly restart: RestartPolicy;
  readonly stop: StopPolicy;
  readonly startTimeoutMs: number;
  readonly readiness: HealthCheck | undefined;
  readonly liveness: HealthCheck | undefined;
  readonly watch: FileWatch | undefined;
  readonly limits: Limits | undefined;
  readonly affinity: Affinity | undefined;
  /** Scheduling priority from -20 (most favourable) to 19; undefined leaves the inherited one. */
  readonly nice: number | undefined;
  readonly schedule: Schedule | undefined;
  readonly group: string;
  readonly dependsOn: readonly Dependency[];
  readonly instances: number;
  readonly logs: LogPolicy;
  /** Path of the PID file, relative to `cwd`; undefined writes none. */
  readonly pidFile: string | undefined;
}

export type Program =
  | { readonly kind: "command"; readonly command: string; readonly shell: boolean }
  | { readonly kind: "script"; readonly script: string; readonly interpreter: string };

export type MissingEnv = "ERROR" | "EMPTY" | "KEEP";

export interface RunAs {
  readonly user: string | undefined;
  readonly group: string | undefined;
}

export interface StopPolicy {
  /** Name of the signal that asks the process to end, such as `SIGTERM`. */
  readonly signal: NodeJS.Signals;
  readonly gracePeriodMs: number;
  /** Program and arguments run first to ask for the end; empty runs none. */
  readonly command: readonly string[];
}

/** CPUs a process may run on, as a hexadecimal mask or a list like `0-2,6`, applied `delayMs` after the start. */
export interface Affinity {
  readonly cpus: { readonly mask: string } | { readonly list: string };
  readonly delayMs: number;
}

export interface Dependency {
  readonly name: string;
  readonly condition: "STARTED" | "READY" | "EXITED" | "SUCCEEDED";
}

export interface LogPolicy {
  /** Path of the file for standard output; undefined lets the manager choose one in its state dir. */
  readonly stdout: string | undefined;
  readonly stderr: string | undefined;
  /** Undefined is FILE when there is a place for files, else DISCARD. */
  readonly mode: "FILE" | "INHERIT" | "DISCARD" | undefined;
  readonly maxSizeBytes: number;
  readonly maxFiles: number;
  readonly bufferLines: number;
  readonly echo: boolean;
  readonly compress: boolean;
  /** Bytes of all files of a stream together; undefined sets no limit. */
  readonly maxTotalBytes: number | undefined;
  readonly marker: boolean;
  readonly stdoutLevel: LogLevel;
  readonly stderrLevel: LogLevel;
}

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";
