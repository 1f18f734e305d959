import type { Exit } from "../os/exit.js";
import type { RunEnd } from "../restart/decide-restart.js";
import type { RunOutput } from "./run-output.js";

/** What is known of an abnormal end of a process. */
export interface Crash {
  readonly at: Date;
  /** How it ended; undefined when it could not even be started. */
  readonly exit: Exit | undefined;
  /** What it did wrong, where the exit does not tell. */
  readonly failure: string | undefined;
  /** How long it was up, in milliseconds: since it was ready, or without a readiness check since its start. */
  readonly uptimeMs: number;
  /** The last lines it wrote to standard error, at most 20. */
  readonly stderr: readonly string[];
  /** What was decided then, and why. */
  readonly decision: string;
}

const keptLines = 20;

/** Reads the last words of a run that has just ended. */
export async function describeCrash(end: RunEnd, decision: string, output: RunOutput | undefined): Promise<Crash> {
  const { exit, failure, upMs } = end;
  const ran = exit !== undefined;
  const stderr = ran && output !== undefined ? await output.lastLines("stderr", keptLines).catch(() => []) : [];
  return Object.freeze({ at: exit?.at ?? new Date(), exit, failure, uptimeMs: upMs, stderr, decision });
}
