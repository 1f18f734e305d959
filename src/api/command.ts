import type { ErrorReport } from "./error-body.js";
import type { ProcessInfo } from "./process-info.js";

/** What may be asked of processes. */
export const commandVerbs = ["start", "stop", "restart", "kill"] as const;

export type CommandVerb = (typeof commandVerbs)[number];

/** Which processes are meant: exactly one of the three. */
export interface Selection {
  /** Names, or patterns with `*` and `?`. */
  readonly names?: readonly string[] | undefined;
  readonly group?: string | undefined;
  readonly all?: boolean | undefined;
}

/** How it is done. */
export interface CommandOptions {
  /** Whether the answer comes when it is done. @default true */
  readonly wait?: boolean | undefined;
  /** Of a stop: time to end by itself, as text such as `5s`, or in milliseconds. @default that of the template */
  readonly gracePeriod?: number | string | undefined;
  /** Of a stop: the signal sent first. @default that of the template */
  readonly signal?: string | undefined;
}

/** What came of a command for one process. */
export interface CommandResult {
  readonly name: string;
  /** Whether another run is there than before, or none any more. */
  readonly changed: boolean;
  /** 0 when it did not run. */
  readonly previousPid: number;
  /** 0 when it does not run. */
  readonly pid: number;
  /** How it is now; null when there is none of that name. */
  readonly process: ProcessInfo | null;
  /** Why it could not be done; null when it was, or is still being done. */
  readonly error: ErrorReport | null;
}
