import { Observable } from "rxjs";
import { isWanted, type LineFilter, type LogLine, lastOf, mergeByTime } from "./log-line.js";
import type { LogReader } from "./log-reader.js";
import { tailSegments } from "./tail-segments.js";

/**
 * The last `count` lines of several logs by their times, as one batch, then the new ones as they come. Lines that come
 * while the last ones are still being read wait for them. Never completes, never errors.
 */
export function followReaders(
  readers: readonly LogReader[],
  count: number,
  filter: LineFilter,
): Observable<readonly LogLine[]> {
  return new Observable((subscriber) => {
    const leavesOut = Object.values(filter).some((wanted) => wanted !== undefined);
    let waiting: (readonly LogLine[])[] | undefined = [];
    const onLines = (lines: readonly LogLine[]): void => {
      const wanted = leavesOut ? lines.filter((line) => isWanted(line, filter)) : lines;
      if (waiting === undefined) subscriber.next(wanted);
      else waiting.push(wanted);
    };
    const members = readers.map((reader) => reader.join(onLines, (view) => tailSegments(view, count, filter)));
    // A log whose end cannot be read is followed nevertheless.
    const snapshots = members.map(({ snapshot }) => snapshot.catch(() => undefined));
    void Promise.all(snapshots).then((streams) => {
      const lines = mergeByTime(streams.map((stream) => stream ?? []));
      subscriber.next(lastOf(lines, count));
      for (const batch of waiting ?? []) subscriber.next(batch);
      waiting = undefined;
    });
    return () => {
      for (const member of members) member.leave();
    };
  });
}
