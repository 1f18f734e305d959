import { map, merge, Observable } from "rxjs";
import { type LogLine, mergeByTime } from "./log-line.js";

/**
 * Several logs in batches as one: when each has given its first batch, what they held by the times of its lines, then each
 * line as it comes. Completes when all have; errors with the first that does.
 */
export function mergeBatches<Line extends Pick<LogLine, "at">>(
  logs: readonly Observable<readonly Line[]>[],
): Observable<readonly Line[]> {
  return new Observable((subscriber) => {
    const before = new Map<number, readonly Line[]>();
    let later: (readonly Line[])[] = [];
    const begin = (): void => {
      subscriber.next(mergeByTime([...before].sort(([one], [other]) => one - other).map(([, lines]) => lines)));
      for (const batch of later) subscriber.next(batch);
      later = [];
    };
    if (logs.length === 0) begin();
    const numbered = logs.map((log, index) => log.pipe(map((batch) => ({ index, batch }))));
    return merge(...numbered).subscribe({
      next: ({ index, batch }) => {
        const hasBegun = before.size === logs.length;
        if (hasBegun) subscriber.next(batch);
        else if (before.has(index)) later.push(batch);
        else if (before.set(index, batch).size === logs.length) begin();
      },
      error: (reason) => subscriber.error(reason),
      complete: () => subscriber.complete(),
    });
  });
}

/** The lines of batches one by one. Completes and errors like them. */
export function eachLine<Line>(batches$: Observable<readonly Line[]>): Observable<Line> {
  return new Observable((subscriber) =>
    batches$.subscribe({
      next: (batch) => {
        for (const line of batch) subscriber.next(line);
      },
      error: (reason) => subscriber.error(reason),
      complete: () => subscriber.complete(),
    }),
  );
}
