import {
  endWith,
  filter,
  firstValueFrom,
  fromEvent,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  timer,
} from "rxjs";
import type { ProcessStatus } from "./process-status.js";
import type { Run } from "./run.js";

/** What came of waiting for a run to be ready. */
export type ReadyOutcome = "ready" | "ended" | "late" | "overtaken";

export interface ReadyWait {
  readonly run: Run;
  readonly status$: Observable<ProcessStatus>;
  readonly timeoutMs: number;
  readonly overtaken: AbortSignal;
  readonly scheduler: SchedulerLike;
}

/** Waits until a run is ready, has ended, its time is over, or nobody waits any more. */
export async function awaitReady({ run, status$, timeoutMs, overtaken, scheduler }: ReadyWait): Promise<ReadyOutcome> {
  if (overtaken.aborted) return "overtaken";
  const told$ = status$.pipe(
    filter(({ ready }) => ready || run.hasEnded),
    map((): ReadyOutcome => (run.hasEnded ? "ended" : "ready")),
    // Nobody looks at the process any more.
    endWith("ended" as const),
  );
  return await firstValueFrom(
    merge(
      told$,
      timer(timeoutMs, scheduler).pipe(map((): ReadyOutcome => "late")),
      fromEvent(overtaken, "abort").pipe(map((): ReadyOutcome => "overtaken")),
    ),
  );
}
