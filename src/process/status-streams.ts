import {
  catchError,
  EMPTY,
  exhaustMap,
  filter,
  firstValueFrom,
  from,
  last,
  map,
  type Observable,
  type SchedulerLike,
  scan,
  share,
  takeUntil,
  timer,
} from "rxjs";
import { ProcessError } from "../errors.js";
import type { Exit } from "../os/exit.js";
import type { Usage } from "../os/os.js";
import type { ProcessNotification, ProcessStatus } from "./process-status.js";

/** Changes of `state`: begins with the present one, then tells every change; completes with the source. */
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
  if (before !== undefined && previous === status.state) return { ...before, isNew: false };
  const { name, pid, state, exit } = status;
  return { notification: Object.freeze({ name, pid, state, previous, at: new Date(), exit }), isNew: true };
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

/** The exit of the run that is under way, or of the last one; the error of a start that failed. */
export async function exitOfPresentRun(name: string, status$: Observable<ProcessStatus>): Promise<Exit> {
  const isOver = ({ lifecycle }: ProcessStatus): boolean => lifecycle === "exited" || lifecycle === "failed";
  const status = await firstValueFrom(status$.pipe(filter(isOver)), { defaultValue: undefined });
  if (status?.exit !== undefined) return status.exit;
  if (status?.lastError !== undefined) throw status.lastError;
  throw new ProcessError("ILLEGAL_STATE", `${name}: nobody looks at it any more, so its exit stays unknown`, {
    process: name,
  });
}
