import {
  catchError,
  EMPTY,
  exhaustMap,
  filter,
  firstValueFrom,
  from,
  fromEvent,
  last,
  map,
  NEVER,
  type Observable,
  type SchedulerLike,
  scan,
  share,
  skipWhile,
  takeUntil,
  timer,
} from "rxjs";
import type { Exit } from "../os/exit.js";
import type { Usage } from "../os/os.js";
import type { ProcessNotification, ProcessStatus } from "./process-status.js";

/** Changes of `state` and `reason`: begins with the present one, then tells every change; completes with the source. */
export function notificationsOf(status$: Observable<ProcessStatus>): Observable<ProcessNotification> {
  return status$.pipe(
    scan((before: Told | undefined, status) => tell(before, status), undefined),
    filter((told): told is Told => told?.isNew === true),
    map((told) => told.notification),
  );
}

interface Told {
  readonly notification: ProcessNotification;
  /** Whether this status changed the state. */
  readonly isNew: boolean;
}

function tell(before: Told | undefined, status: ProcessStatus): Told {
  const previous = before?.notification.state;
  const { name, pid, state, exit, reason } = status;
  const isSame = before !== undefined && previous === state;
  // A reason that is withdrawn is no news.
  if (isSame && (reason === undefined || before.notification.reason === reason)) return { ...before, isNew: false };
  return { notification: Object.freeze({ name, pid, state, previous, at: new Date(), exit, reason }), isNew: true };
}

const usagePeriodMs = 1000;

/** One measurement a second, shared, while there is something to measure. Ends with the source; never errors. */
export function usageOf(
  status$: Observable<ProcessStatus>,
  measure: () => Promise<Usage> | undefined,
  scheduler: SchedulerLike,
): Observable<Usage> {
  return timer(0, usagePeriodMs, scheduler).pipe(
    exhaustMap(() => from(measure() ?? EMPTY).pipe(catchError(() => EMPTY))),
    takeUntil(status$.pipe(last())),
    share(),
  );
}

/**
 * The exit of the run that is under way, or of the last one; the error of a start that failed. With `isStarting` the last
 * one does not count: a start was asked for, and has not begun. Aborted, the subscription ends, and the result is undefined.
 */
export async function exitOfPresentRun(
  status$: Observable<ProcessStatus>,
  isStarting: boolean,
  cancelSignal?: AbortSignal,
): Promise<Exit | undefined> {
  const isOver = ({ lifecycle }: ProcessStatus): boolean => lifecycle === "exited" || lifecycle === "failed";
  const begun$ = isStarting ? status$.pipe(skipWhile(isOver)) : status$;
  const ended$ = cancelSignal === undefined ? NEVER : fromEvent(cancelSignal, "abort");
  const status = await firstValueFrom(begun$.pipe(filter(isOver), takeUntil(ended$)), { defaultValue: undefined });
  if (status?.exit === undefined && status?.lastError !== undefined) throw status.lastError;
  return status?.exit;
}
