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
      subscriber.add(() => timer.unsubscribe());
      return source.subscribe({
        next: () => {
          const nowMs = scheduler.now();
          latestMs ??= nowMs + quietMs * longestFactor;
          const leftMs = latestMs - nowMs;
          timer.unsubscribe();
          timer = scheduler.schedule(() => end(leftMs < quietMs), Math.max(0, Math.min(quietMs, leftMs)));
        },
        error: (cause) => subscriber.error(cause),
        complete: () => subscriber.complete(),
      });
    });
}
