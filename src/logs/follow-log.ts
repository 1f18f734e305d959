import { Observable, type SchedulerLike, Subscription } from "rxjs";
import { LineSplitter } from "./line-splitter.js";
import type { LogFile } from "./log-file.js";
import { paceReads } from "./read-pace.js";
import { type ByteRange, readSegments, type Segment } from "./segments.js";

export interface FollowLogOptions {
  /** Number of the first byte to be read; what comes before is skipped. */
  readonly fromByte: number;
  /** Clock and timers; those of background work let the host program end. */
  readonly scheduler: SchedulerLike;
}

/**
 * Every line of a log from a byte on, each exactly once, whether it was rotated away meanwhile or not, then the new ones as
 * they are written. A last line without a newline waits for it. A file that is missing is waited for, a truncated one read
 * from its beginning, and of one replaced under its name the rest comes first; a line left unfinished there is delivered
 * as it is. A line over 64 KiB comes in pieces. Replays nothing, shares nothing (each subscription reads for itself), never
 * completes, never errors: what cannot be read is tried again.
 */
export function followLog(file: LogFile, { fromByte, scheduler }: FollowLogOptions): Observable<string> {
  return new Observable((subscriber) => {
    const splitter = new LineSplitter((line) => subscriber.next(line));
    const all = new Subscription();
    const begin = async (): Promise<void> => {
      const { removedBytes } = file;
      if (fromByte < removedBytes) {
        const rotated = await file.segments();
        await readInto(splitter, rotated, { fromByte, toByte: removedBytes }).catch(() => undefined);
      }
      if (all.closed) return;
      const cursor = file.openCursor(Math.max(0, fromByte - removedBytes), {
        onBlock: (block) => splitter.push(block),
        onBreak: () => splitter.end(),
      });
      all.add(() => file.closeCursor(cursor));
      all.add(paceReads(file.path, () => file.exclusive(() => cursor.read()), scheduler));
    };
    // Nothing in it rejects: a directory that cannot be listed has no archives.
    void file.exclusive(begin);
    return all;
  });
}

async function readInto(splitter: LineSplitter, segments: readonly Segment[], range: Required<ByteRange>) {
  for await (const block of readSegments(segments, range.fromByte, range.toByte)) splitter.push(block);
}
