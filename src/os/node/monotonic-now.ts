/** Milliseconds since 1970 by a clock that is never set: grace periods and delays must not end early, or never. */
export function monotonicNow(): number {
  return performance.timeOrigin + performance.now();
}
