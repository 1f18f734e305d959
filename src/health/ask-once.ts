import { catchError, defer, finalize, map, merge, type Observable, of, type SchedulerLike, take, timer } from "rxjs";
import { describeDuration } from "../units/duration.js";
import type { Answer } from "./health-report.js";
import type { Probe } from "./probe.js";

/**
 * Asks once when subscribed to. Emits one answer and completes, at the latest after the timeout; never errors. The
 * question is aborted at the timeout and with the subscription.
 */
export function askOnce(ask: Probe, timeoutMs: number, scheduler: SchedulerLike): Observable<Answer> {
  return defer(() => {
    const given = new AbortController();
    const answer$ = defer(() => ask(given.signal)).pipe(
      map((): Answer => ({ healthy: true })),
      catchError((error: unknown) => of(unhealthy(describeReason(error)))),
    );
    const late$ = timer(timeoutMs, scheduler).pipe(
      map(() => unhealthy(`no answer within ${describeDuration(timeoutMs)}`)),
    );
    return merge(answer$, late$).pipe(
      take(1),
      finalize(() => given.abort()),
    );
  });
}

/** A probe that is never asked while an earlier question is not over, also one that was aborted. */
export function oneAtATime(ask: Probe): Probe {
  let over: Promise<unknown> = Promise.resolve();
  return async (signal) => {
    await over;
    signal.throwIfAborted();
    const asked = ask(signal);
    over = asked.catch(() => undefined);
    await asked;
  };
}

function unhealthy(reason: string): Answer {
  return { healthy: false, reason };
}

function describeReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === "" ? "the check failed without a reason" : text;
}
