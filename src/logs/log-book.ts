import type { Observable } from "rxjs";
import type { LineFilter, LogLine } from "./log-line.js";

/** What one process has written and writes, whatever run of it. */
export interface LogBook {
  /**
   * The last `count` lines that pass the filter, oldest first. Lines of the two streams are ordered by the time they were
   * seen. Never rejects: what cannot be read is not in it.
   * @param count @default bufferLines
   */
  tail(count?: number, filter?: LineFilter): Promise<readonly LogLine[]>;
  /** As `follow`, with `bufferLines` lines before the new ones. */
  readonly follow$: Observable<LogLine>;
  /**
   * The last `count` lines that pass the filter, then each new one that does, exactly once, across restarts and rotation. All
   * followers share one reader. A line is delivered when its newline has come, or its writer has ended. Completes when the
   * process is deleted or the manager closed; never errors.
   * @param count @default bufferLines
   */
  follow(count?: number, filter?: LineFilter): Observable<LogLine>;
  /** Throws away what was written so far, also the rotated files. Rejects with Node's error when that is not allowed. */
  clear(): Promise<void>;
}

/** A log book that can be read together with others. */
export interface BatchedLogBook extends LogBook {
  /** As `follow`, in batches: the first holds what was there before, and comes even if that is nothing. */
  batches(count?: number, filter?: LineFilter): Observable<readonly LogLine[]>;
}

/** A log book as its owner uses it. */
export interface OwnedLogBook extends Pick<BatchedLogBook, "tail" | "batches" | "clear"> {
  /** The process is about to be started, or was found running. */
  runStarted(): Promise<void>;
  /** The process has ended: resolves when all it has written was delivered, an unfinished last line included. */
  runEnded(): Promise<void>;
  /** Completes all followers and lets go of files. */
  close(): void;
}
