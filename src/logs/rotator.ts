import type { LogFile } from "./log-file.js";

/**
 * Takes what a log file holds out of the way, into `app.log.1`, while a process has it open for appending. A program that
 * writes logs in the process' place would rotate by telling that program.
 */
export interface Rotator {
  /** Where a rotation of this log that was cut short has left its copy, if it has. */
  unfinishedPath(path: string): string;
  /**
   * Ends a rotation that another host was killed in: afterwards each byte is in one file. To be called before the log is
   * read or rotated.
   */
  recover(file: LogFile): Promise<void>;
  /**
   * Rotates now: the first `maxBytes` of the file, where they can be taken away alone, else all of it. False when there is
   * no file, or nothing in it. Rejects with Node's error; the log is then as before.
   */
  rotate(file: LogFile, maxBytes?: number): Promise<boolean>;
}
