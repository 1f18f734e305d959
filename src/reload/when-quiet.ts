import { Observable, type OperatorFunction, type SchedulerLike, Subscription } from "rxjs";

export interface Quiet {
  /** Whether it was never quiet: the longest wait ran out. */
  readonly isEndless: boolean;
}

/** How long a burst may last, as a multiple of the time it must be quiet for. */
const longestFactor = 10;

/**
 * Emits once for each burst: when the source was silent for `quietMs`, but at the latest ten times that after the
 * burst began, or a file that is written all the time would never count. Cold; errors with the source; completes with
 * it, without the burst that is under way.
 */
export function whenQuiet(quietMs: number, scheduler: SchedulerLike): OperatorFunction<unknown, Quiet> {
  return (source) =>
    new Observable((subscriber) => {
      let timer = Subscription.EMPTY;
      let latestMs: number | undefined;
      const end = (isEndless: boolean): void => {
        latestMs = undefined;
        subscriber.next({ isEndless });
      };
      const schedule = (work: () => void, delayMs: number): Subscription => scheduler.schedule(work, delayMs);
      // In a program that was held up, the timer is due before the events of meanwhile are read: these go first.
      const lastTurn = (): void => {
        timer = schedule(() => end(false), 0);
      };
      subscriber.add(() => timer.unsubscribe());
      return source.subscribe({
        next: () => {
          const nowMs = scheduler.now();
          const isFirst = latestMs === undefined;
          latestMs ??= nowMs + quietMs * longestFactor;
          const leftMs = latestMs - nowMs;
          // The timer is due already: put off at each event, it would never run.
          if (leftMs <= 0 && !isFirst) return;
          timer.unsubscribe();
          timer = leftMs < quietMs ? schedule(() => end(true), leftMs) : schedule(lastTurn, quietMs);
        },
        error: (cause) => subscriber.error(cause),
        complete: () => subscriber.complete(),
      });
    });
}
