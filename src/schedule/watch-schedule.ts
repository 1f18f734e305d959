import { Observable, type SchedulerAction, type SchedulerLike } from "rxjs";
import { nextRun } from "./next-run.js";
import type { Schedule } from "./schedule.js";

/** Time of day may be set, and stands still while a laptop sleeps: it is looked at again at least this often. */
const longestWaitMs = 60_000;

/** Due times that are remembered, so that a clock that is set back does not make them due a second time. */
const rememberedTimes = 200;

/**
 * Each time a schedule is due, at that time. When the clock was set forward, or the machine slept, the first of the missed
 * times is emitted, once, and the others are left out; when it was set back, what was due already is not due again.
 * Cold: each subscriber has its own timer. Replays nothing, never completes; errors only at once, with INVALID_TEMPLATE,
 * for an expression `checkCron` refuses.
 *
 * @param now the time of day in milliseconds since 1970, which the clock of the scheduler does not follow when it is set
 */
export function dueTimes(
  schedule: Pick<Schedule, "cron" | "timezone">,
  scheduler: SchedulerLike,
  now: () => number,
): Observable<Date> {
  return new Observable((subscriber) => {
    const calendar = new Calendar(schedule, now());
    function look(this: SchedulerAction<void>): void {
      const due = calendar.look(now());
      if (due !== undefined) subscriber.next(due);
      this.schedule(undefined, calendar.waitMs(now()));
    }
    return scheduler.schedule(look, calendar.waitMs(now()));
  });
}

/** What is due next, by a clock that may be set. */
class Calendar {
  readonly #schedule: Pick<Schedule, "cron" | "timezone">;
  readonly #past: number[] = [];
  #seenMs: number;
  #next: Date | undefined;

  constructor(schedule: Pick<Schedule, "cron" | "timezone">, nowMs: number) {
    this.#schedule = schedule;
    this.#seenMs = nowMs;
    this.#next = this.#following(nowMs);
  }

  /** The time that has come due since the last look. */
  look(nowMs: number): Date | undefined {
    if (nowMs < this.#seenMs) this.#next = this.#following(nowMs);
    this.#seenMs = nowMs;
    const due = this.#next;
    if (due === undefined || due.getTime() > nowMs) return undefined;
    this.#past.push(due.getTime());
    if (this.#past.length > rememberedTimes) this.#past.shift();
    this.#next = this.#following(nowMs);
    return due;
  }

  waitMs(nowMs: number): number {
    const restMs = (this.#next?.getTime() ?? Number.POSITIVE_INFINITY) - nowMs;
    return Math.min(longestWaitMs, Math.max(0, restMs));
  }

  #following(afterMs: number): Date | undefined {
    let next = nextRun(this.#schedule, afterMs);
    while (next !== undefined && this.#past.includes(next.getTime())) next = nextRun(this.#schedule, next.getTime());
    return next;
  }
}
