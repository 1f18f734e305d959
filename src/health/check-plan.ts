/** When a process is asked next. */
export interface CheckPlan {
  /** When the next check is due, in milliseconds of the scheduler's clock. */
  readonly atMs: number;
  /** When the next regular check is due: not before `atMs`. */
  readonly regularAtMs: number;
  /** How long the next extra check waits after a failed one. */
  readonly extraWaitMs: number;
}

/** One check that has been answered. */
export interface AnsweredCheck {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly healthy: boolean;
  /** Whether the verdict is still open after it. */
  readonly isStarting: boolean;
}

const firstExtraWaitMs = 50;

/** The plan before the first check, which is due at once. */
export function firstPlan(nowMs: number): CheckPlan {
  return { atMs: nowMs, regularAtMs: nowMs, extraWaitMs: firstExtraWaitMs };
}

/** Whether a check was answered before the regular one was due; an unanswered one takes the place of that. */
export function isExtra({ atMs, regularAtMs }: CheckPlan, endedMs: number): boolean {
  return atMs < regularAtMs && endedMs < regularAtMs;
}

/**
 * When to ask after a check. Regular checks are an interval apart, from beginning to beginning. While a process is
 * starting, extra checks between them find it soon after it has come up: 50 ms after a failure, then 100, 200, 400 and
 * so on, as long as that is before the next regular check.
 */
export function planAfter(plan: CheckPlan, check: AnsweredCheck, intervalMs: number): CheckPlan {
  const { extraWaitMs } = plan;
  const staysDue = !check.healthy && isExtra(plan, check.endedMs);
  const regularAtMs = Math.max(check.endedMs, staysDue ? plan.regularAtMs : check.beganMs + intervalMs);
  const extraAtMs = check.endedMs + extraWaitMs;
  if (check.healthy || !check.isStarting || extraAtMs >= regularAtMs)
    return { atMs: regularAtMs, regularAtMs, extraWaitMs };
  return { atMs: extraAtMs, regularAtMs, extraWaitMs: extraWaitMs * 2 };
}
