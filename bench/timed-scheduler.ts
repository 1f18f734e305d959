import type { SchedulerAction, SchedulerLike } from "rxjs";

export interface Step {
  /** Difference of the clock across the step. */
  readonly spent: number;
  /** Whether it asked for a delay: the watcher rests between rounds, not within them. */
  readonly isLast: boolean;
}

/** Does what `scheduler` does and tells how long each scheduled step took by `clock`. */
export function timedScheduler(
  scheduler: SchedulerLike,
  clock: () => number,
  onStep: (step: Step) => void,
): SchedulerLike {
  let isLast = false;
  return {
    now: () => scheduler.now(),
    schedule<State>(work: (this: SchedulerAction<State>, state?: State) => void, delayMs?: number, state?: State) {
      isLast = delayMs !== undefined && delayMs > 0;
      const step = function (this: SchedulerAction<State>, given?: State): void {
        const began = clock();
        work.call(this, given);
        onStep({ spent: clock() - began, isLast });
      };
      return scheduler.schedule(step, delayMs, state);
    },
  };
}

/** CPU time of this program in milliseconds. Unlike the time on the wall it stands still while other programs run. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
