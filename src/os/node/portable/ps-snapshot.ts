import type { ProcessDescriptor } from "ps-list";
import { ProcessError } from "../../../errors.js";
import { ticksPerSecond } from "../procfs/boot.js";

/** One reading of `ps`. */
export interface PsSnapshot {
  /** When the reading began, on the clock of `performance.now()`: it knows nothing of what started later. */
  readonly beganMs: number;
  readonly rows: ReadonlyMap<number, PsRow>;
}

export interface PsRow {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTicks: number;
  readonly command: string;
  readonly alive: boolean;
}

/** Reads the process table with `ps`, ps(1). Rejects with UNSUPPORTED where there is no such program. */
export async function readSnapshot(): Promise<PsSnapshot> {
  const beganMs = performance.now();
  const { default: psList } = await import("ps-list");
  const rows = await psList().catch((error: unknown) => {
    const text = "without /proc drover needs the program ps (package procps), which could not be run";
    throw new ProcessError("UNSUPPORTED", text, { cause: error });
  });
  return { beganMs, rows: new Map(rows.map((row) => [row.pid, describeRow(row)])) };
}

function describeRow({ pid, ppid, cmd = "", startTime }: ProcessDescriptor): PsRow {
  const startTicks = ticksOfDate(startTime ?? new Date(0));
  return { pid, parentPid: ppid, startTicks, command: cmd, alive: !cmd.endsWith("<defunct>") };
}

/** Ticks since 1970: `ps` tells start times by the wall clock, in whole seconds. */
export function ticksOfDate(date: Date): number {
  return Math.round((date.getTime() * ticksPerSecond) / 1000);
}

/** `ps` rounds start times to seconds, and their base may shift by one. */
export const toleranceTicks = 2 * ticksPerSecond;

/** Whether two start times told by `ps` can be of one process. */
export function closeInTime(oneTicks: number, otherTicks: number): boolean {
  return Math.abs(oneTicks - otherTicks) <= toleranceTicks;
}
