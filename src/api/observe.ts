import {
  asyncScheduler,
  defer,
  finalize,
  from,
  map,
  type Observable,
  retry,
  type SchedulerLike,
  tap,
  throwError,
  timer,
} from "rxjs";
import { ProcessError } from "../errors.js";
import type { Client, FollowOptions, LogOptions } from "./client.js";
import type { Selection } from "./command.js";
import type { GapEvent, LogLineInfo, ManagerEvent } from "./event-info.js";
import type { ServerEvent } from "./event-stream.js";

/** The streams of a manager as observables. */
export interface Observation {
  /**
   * What is, as an event `snapshot`, then every change. Each subscriber has a connection of its own; one that breaks is made again and
   * goes on where it was, with a `gap` or a new `snapshot` when it was away for too long. Completes when the manager ends the
   * stream; errs with what the manager says, and with UNREACHABLE when it does not answer for a minute.
   */
  readonly events$: Observable<ManagerEvent>;
  /** The last lines a process or several have written, then each new one; reconnects, completes and errs like `events$`. */
  logs$(subject: string | Selection, options?: LogOptions): Observable<LogLineInfo | GapEvent>;
}

const firstDelayMs = 250;
const longestDelayMs = 5_000;
const mostRetries = 15;

export function observe(client: Client, scheduler: SchedulerLike = asyncScheduler): Observation {
  return {
    events$: resumed((options) => client.followEvents(options), scheduler) as Observable<ManagerEvent>,
    logs$: (subject, options = {}) =>
      resumed((more) => client.followLogs(subject, { ...options, ...more }), scheduler) as Observable<
        LogLineInfo | GapEvent
      >,
  };
}

function resumed(
  follow: (options: FollowOptions) => AsyncIterable<ServerEvent>,
  scheduler: SchedulerLike,
): Observable<unknown> {
  return defer(() => {
    let lastEventId: string | undefined;
    const connection$ = defer(() => {
      const reader = new AbortController();
      const events$ = from(follow({ lastEventId, cancelSignal: reader.signal }));
      return events$.pipe(finalize(() => reader.abort()));
    });
    return connection$.pipe(
      tap(({ id }) => {
        if (id !== "") lastEventId = id;
      }),
      retry({
        count: mostRetries,
        resetOnSuccess: true,
        delay: (reason, count) => waitAfter(reason, count, scheduler),
      }),
      map(({ data }) => data),
    );
  });
}

/** Only a connection is worth another try: what the manager says it will say again. */
function waitAfter(reason: unknown, count: number, scheduler: SchedulerLike): Observable<unknown> {
  const error = ProcessError.from(reason);
  if (error.code !== "UNREACHABLE") return throwError(() => error);
  return timer(Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1)), scheduler);
}
