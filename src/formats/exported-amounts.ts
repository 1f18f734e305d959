import type { Backoff } from "../template/process-template.js";

/** Whole seconds, for a system that knows no parts of them: rounded up, and at least one. */
export function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

/** What is to be said of a time that was rounded; undefined when it was not. */
export function roundedNote(milliseconds: number): string | undefined {
  const seconds = wholeSeconds(milliseconds);
  return seconds * 1000 === milliseconds ? undefined : `${seconds} s: whole seconds, and at least one`;
}

/** Whether every delay is the same. */
export function isConstant({ initialMs, maxMs, multiplier, jitter }: Backoff): boolean {
  return jitter === 0 && (multiplier === 1 || initialMs >= maxMs);
}

/** The delay before the first restart. */
export function firstDelayMs({ initialMs, maxMs }: Backoff): number {
  return Math.min(initialMs, maxMs);
}
