import { ProcessError } from "../errors.js";

const nanosecondsPer = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
} as const satisfies Record<string, bigint>;

/** The longest google.protobuf.Duration: about 10,000 years. */
const longestNanoseconds = 315_576_000_000n * nanosecondsPer.s;

/** What a duration text looks like, in words that complete "expected …". */
export const durationForms = 'a duration with its unit, such as "500ms", "1.5s" or "1m30s"';

/**
 * The milliseconds meant by `1.5s`, `500ms`, `1m30s` or `2h` (units ns, us, ms, s, m, h). A number without a unit, a sign and a
 * part finer than a nanosecond are refused: the result is undefined.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 100 || !/^(\d+(\.\d+)?(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit] of text.matchAll(/(\d+)(?:\.(\d+))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scaled = BigInt(whole + fraction) * nanosecondsPer[unit as keyof typeof nanosecondsPer];
    const divisor = 10n ** BigInt(fraction.length);
    if (scaled % divisor !== 0n) return undefined;
    total += scaled / divisor;
  }
  return total > longestNanoseconds ? undefined : toMilliseconds(total);
}

/** The canonical proto text of a number of milliseconds: seconds with as many decimals as needed, such as `1.5s`. */
export function formatDuration(milliseconds: number): string {
  const whole = Math.trunc(milliseconds);
  const nanoseconds = BigInt(whole) * nanosecondsPer.ms + BigInt(Math.round((milliseconds - whole) * 1e6));
  const fraction = (nanoseconds % nanosecondsPer.s).toString().padStart(9, "0").replace(/0+$/, "");
  return `${nanoseconds / nanosecondsPer.s}${fraction === "" ? "" : `.${fraction}`}s`;
}

/** A number of milliseconds for people, in at most two units: `250ms`, `1.5s`, `1m 30s`, `3d 4h`. */
export function describeDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Number(milliseconds.toFixed(3))}ms`;
  if (milliseconds < 60_000) return `${Math.floor(milliseconds / 100) / 10}s`;
  const seconds = Math.floor(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(" ");
}

/** 576 hours: Node's timers take no more than 2^31 − 1 ms, and fire at once when they are given more. */
const longestTimerMs = 576 * 3_600_000;

/**
 * A duration given in code, as milliseconds: a number is milliseconds already, a text has its unit.
 *
 * @throws ProcessError INVALID_TEMPLATE naming `what` when the value is neither, negative or not finite.
 */
export function durationMs(value: number | string, what: string): number {
  const parsed = typeof value === "string" ? parseDuration(value) : value;
  if (typeof parsed === "number" && parsed >= 0 && parsed <= longestTimerMs) return parsed;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new ProcessError(
    "INVALID_TEMPLATE",
    `${what}: ${shown} is not a duration; expected ${durationForms}, or a number of milliseconds, from 0 to 576h`,
  );
}

function toMilliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / nanosecondsPer.ms) + Number(nanoseconds % nanosecondsPer.ms) / 1e6;
}
