import { defer, Observable, type SchedulerLike } from "rxjs";
import { LineSplitter } from "./line-splitter.js";
import { LogFile } from "./log-file.js";
import { paceReads } from "./read-pace.js";

export interface FollowFileOptions {
  /** The first byte to be read; what comes before is skipped. A file that does not exist yet is read from its beginning. */
  readonly fromByte: number;
  /** Clock and timers; those of background work let the host program end. */
  readonly scheduler: SchedulerLike;
}

/**
 * Every line of a file from a byte on, each exactly once, then the new ones as they are written. A last line without a
 * newline waits for it. A file that is missing is waited for, a truncated one read from its beginning, and of one
 * replaced under its name the rest comes first; a line left unfinished there is delivered as it is. A line over 64 KiB
 * comes in pieces. Replays nothing, shares nothing (each subscription reads for itself), never completes, never errors:
 * what cannot be read is tried again.
 */
export function followFile(path: string, options: FollowFileOptions): Observable<string> {
  // A file object of its own for each subscription: they do not wait for each other.
  return defer(() => followLog(new LogFile(path), options));
}

/** As `followFile`, for a file that this host rotates: rotation moves the reader, so that it loses and repeats nothing. */
export function followLog(file: LogFile, { fromByte, scheduler }: FollowFileOptions): Observable<string> {
  return new Observable((subscriber) => {
    const splitter = new LineSplitter((line) => subscriber.next(line));
    const cursor = file.openCursor(fromByte, {
      onBlock: (block) => splitter.push(block),
      onBreak: () => splitter.end(),
    });
    const reads = paceReads(file.path, () => file.exclusive(() => cursor.read()), scheduler);
    return () => {
      reads.unsubscribe();
      file.closeCursor(cursor);
    };
  });
}
