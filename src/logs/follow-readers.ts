import { Observable } from "rxjs";
import { isWanted, type LineFilter, type LogLine, lastOf, mergeByTime } from "./log-line.js";
import type { LogReader } from "./log-reader.js";
import { tailSegments } from "./tail-segments.js";

/**
 * The last `count` lines of several logs by their times, as one batch, then each new one as it comes. Lines that come while
 * the last ones are still being read wait for them. Never completes, never errors.
 */
export function followReaders(
  readers: readonly LogReader[],
  count: number,
  filter: LineFilter,
): Observable<readonly LogLine[]> {
  return new Observable((subscriber) => {
    let waiting: LogLine[] | undefined = [];
    const onLine = (line: LogLine): void => {
      if (!isWanted(line, filter)) return;
      if (waiting === undefined) subscriber.next([line]);
      else waiting.push(line);
    };
    const members = readers.map((reader) => reader.join(onLine, (view) => tailSegments(view, count, filter)));
    // A log whose end cannot be read is followed nevertheless.
    const snapshots = members.map(({ snapshot }) => snapshot.catch(() => undefined));
    void Promise.all(snapshots).then((streams) => {
      const lines = mergeByTime(streams.map((stream) => stream ?? []));
      subscriber.next(lastOf(lines, count));
      for (const line of waiting ?? []) subscriber.next([line]);
      waiting = undefined;
    });
    return () => {
      for (const member of members) member.leave();
    };
  });
}
