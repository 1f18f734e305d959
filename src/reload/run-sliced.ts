import { Observable, type SchedulerLike, Subscription } from "rxjs";

/** Milliseconds of work before the event loop gets a turn. */
const sliceMs = 4;

/** Steps of the first slice, however long they take: what is done within `subscribe` is not left to chance. */
const firstSteps = 1000;

/**
 * Runs a generator to its end, a slice at a time; the first slice, of at least 1000 steps, runs within `subscribe`.
 * Cold; emits the result and completes; errors with what the generator throws; unsubscribing ends the generator.
 */
export function runSliced<T>(begin: () => Generator<void, T, void>, scheduler: SchedulerLike): Observable<T> {
  return new Observable<T>((subscriber) => {
    const steps = begin();
    let isRunning = false;
    let next = Subscription.EMPTY;
    const end = (): void => {
      next.unsubscribe();
      // The generator closes what it has open; one that unsubscribes from within is ended after its slice.
      if (!isRunning) steps.return(undefined as never);
    };
    const slice = (least: number): void => {
      isRunning = true;
      const step = runSlice(steps, scheduler, least);
      isRunning = false;
      if (subscriber.closed) return end();
      if ("cause" in step) return subscriber.error(step.cause);
      if (step.done !== true) {
        next = scheduler.schedule(() => slice(1));
        return;
      }
      subscriber.next(step.value);
      subscriber.complete();
    };
    subscriber.add(end);
    slice(firstSteps);
  });
}

function runSlice<T>(
  steps: Generator<void, T, void>,
  scheduler: SchedulerLike,
  least: number,
): IteratorResult<void, T> | { readonly cause: unknown } {
  const endMs = scheduler.now() + sliceMs;
  try {
    let step = steps.next();
    for (let done = 1; step.done !== true && (done < least || scheduler.now() < endMs); done++) step = steps.next();
    return step;
  } catch (cause) {
    return { cause };
  }
}
