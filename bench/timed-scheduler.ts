import type { SchedulerAction, SchedulerLike } from "rxjs";

export interface Step {
  readonly spentMs: number;
  /** Whether it asked for a delay: the watcher rests between rounds, not within them. */
  readonly isLast: boolean;
}

/** Does what `scheduler` does and tells how long each scheduled step took. */
export function timedScheduler(scheduler: SchedulerLike, onStep: (step: Step) => void): SchedulerLike {
  let isLast = false;
  return {
    now: () => scheduler.now(),
    schedule<State>(work: (this: SchedulerAction<State>, state?: State) => void, delayMs?: number, state?: State) {
      isLast = delayMs !== undefined && delayMs > 0;
      const step = function (this: SchedulerAction<State>, given?: State): void {
        const beganMs = performance.now();
        work.call(this, given);
        onStep({ spentMs: performance.now() - beganMs, isLast });
      };
      return scheduler.schedule(step, delayMs, state);
    },
  };
}
