import { describeByteSize } from "../units/byte-size.js";
import { describeDuration } from "../units/duration.js";
import type { Limits } from "./limits.js";

/** What a tree used at one moment. */
export interface UsageSample {
  /** On the clock of the scheduler, in milliseconds. */
  readonly atMs: number;
  readonly memoryBytes: number;
  /** 100 is one core. */
  readonly cpuPercent: number;
}

/** The last samples, oldest first: those within the time a limit must be exceeded, and the one before them. */
export type UsageWindow = readonly UsageSample[];

export type UsageJudgement =
  /** `recovered` once at most a fifth of the samples is above a limit: what was exceeded can be exceeded anew. */
  | { readonly exceeded: false; readonly recovered: boolean }
  /** Such as `memory 612 MiB of 512 MiB for 10s`. */
  | { readonly exceeded: true; readonly reason: string };

/** Without samples for half of the window, and at least this long, nobody knows what happened meanwhile. */
const shortestHoleMs = 2000;

/** Puts a sample into the window and drops those that count no more; after a hole a new window begins. */
export function addSample(window: UsageWindow, sample: UsageSample, overMs: number): UsageWindow {
  const last = window.at(-1);
  const isHole = last !== undefined && sample.atMs - last.atMs > Math.max(shortestHoleMs, overMs / 2);
  const samples = isHole ? [sample] : [...window, sample];
  const beginMs = sample.atMs - overMs;
  // The newest sample that is as old as the window stays: it shows that the window is full.
  const first = samples.findLastIndex(({ atMs }) => atMs <= beginMs);
  return samples.slice(Math.max(0, first));
}

/**
 * Whether a limit is exceeded: at least four fifths of the samples of a full window are above it, so that neither a
 * single peak triggers nor a single dip excuses. The value in the reason is the median of those above.
 */
export function judgeUsage(limits: Limits, window: UsageWindow): UsageJudgement {
  const measures = [judgeMemory(limits, window), judgeCpu(limits, window)].filter((measure) => measure !== undefined);
  const isFull = spanMs(window) >= limits.overMs && window.length > 0;
  const reasons = measures.filter(({ above }) => isFull && above.length * 5 >= window.length * 4);
  if (reasons.length === 0) {
    return { exceeded: false, recovered: measures.every(({ above }) => above.length * 5 <= window.length) };
  }
  const span = limits.overMs === 0 ? "" : ` for ${describeDuration(limits.overMs)}`;
  return { exceeded: true, reason: `${reasons.map(({ describe }) => describe()).join(" and ")}${span}` };
}

interface Measure {
  /** Values above the limit. */
  readonly above: readonly number[];
  describe(): string;
}

function judgeMemory({ maxMemoryBytes: limit }: Limits, window: UsageWindow): Measure | undefined {
  if (limit === undefined) return undefined;
  const above = window.map(({ memoryBytes }) => memoryBytes).filter((bytes) => bytes > limit);
  return { above, describe: () => `memory ${compareBytes(median(above), limit)}` };
}

function judgeCpu({ maxCpuPercent: limit }: Limits, window: UsageWindow): Measure | undefined {
  if (limit === undefined) return undefined;
  const above = window.map(({ cpuPercent }) => cpuPercent).filter((percent) => percent > limit);
  return { above, describe: () => `cpu ${comparePercent(median(above), limit)}` };
}

/** In words that do not become the same by rounding. */
function compareBytes(bytes: number, limit: number): string {
  const [used, allowed] = [describeByteSize(bytes), describeByteSize(limit)];
  return used === allowed ? `${bytes} of ${limit} bytes` : `${used} of ${allowed}`;
}

function comparePercent(percent: number, limit: number): string {
  const used = Math.round(percent);
  return used > limit ? `${used}% of ${limit}%` : `${percent.toFixed(2)}% of ${limit}%`;
}

/** The middle value; of two in the middle the lower one, which was really measured. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function spanMs(window: UsageWindow): number {
  return (window.at(-1)?.atMs ?? 0) - (window[0]?.atMs ?? 0);
}
