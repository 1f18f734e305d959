import { rm, stat, truncate } from "node:fs/promises";
import { type CursorReader, FileCursor } from "./file-cursor.js";
import { listArchives } from "./log-archives.js";
import { lookAtLog, sizeNow } from "./open-log.js";
import type { Segment } from "./segments.js";
import { TimeIndex } from "./time-index.js";
import { Turns } from "./turns.js";

/** Bytes that were taken away from the beginning of a log. */
export interface HeadCut {
  readonly bytes: number;
  /** File that holds them now, from its first byte on; undefined when they were thrown away. */
  readonly archivePath: string | undefined;
}

/**
 * One log file of this host, shared by all who read it and by whoever rotates it, so that what rotation moves is neither
 * missed nor read twice. A byte has a number that rotation does not change: bytes are counted from where the file began
 * when this object was made, and those of older archives are negative.
 */
export class LogFile {
  readonly path: string;
  readonly times = new TimeIndex();
  readonly #turns = new Turns();
  readonly #cursors = new Set<FileCursor>();
  #removedBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Number of the first byte of the current file. */
  get removedBytes(): number {
    return this.#removedBytes;
  }

  /** Number of the first byte that had not been written at the last look. */
  get lookedBytes(): number {
    return Math.max(this.#removedBytes, this.times.markedBytes);
  }

  /** Lets work on the file and its archives happen alone: reading, and the moment of rotation. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(work);
  }

  /** A place in the file for a reader, from this byte of the current file on. It is moved when rotation moves the bytes. */
  openCursor(fromByte: number, reader: CursorReader): FileCursor {
    const cursor = new FileCursor(this.path, fromByte, {
      onBlock: (block) => reader.onBlock(block),
      onBreak: () => {
        this.times.clear();
        reader.onBreak();
      },
    });
    this.#cursors.add(cursor);
    return cursor;
  }

  /** Ends a reader at once, and closes the file when its last read is done. */
  closeCursor(cursor: FileCursor): void {
    this.#cursors.delete(cursor);
    cursor.stop();
    // Closing a file that was only read has nothing to lose.
    void this.exclusive(() => cursor.close()).catch(() => undefined);
  }

  /** Tells readers of bytes that have just been taken away. Only within `exclusive`. */
  async headCut(cut: HeadCut): Promise<void> {
    this.#removedBytes += cut.bytes;
    // An archive that cannot be read is a loss of that reader; what was cut is cut.
    await Promise.allSettled([...this.#cursors].map((cursor) => cursor.moveBack(cut.bytes, cut.archivePath)));
  }

  /** Size of the current file in bytes, kept as its size at this time; undefined when there is none. Only within `exclusive`. */
  async look(at: Date): Promise<number | undefined> {
    const found = await lookAtLog(this.path);
    this.#noteSize(found?.bytes ?? 0, at);
    return found?.bytes;
  }

  /** As `look`, for a program that is about to write there, and waits for it. */
  async lookBeforeStart(at: Date): Promise<void> {
    await this.exclusive(async () => this.#noteSize(sizeNow(this.path), at));
  }

  #noteSize(bytes: number, at: Date): void {
    const endByte = this.#removedBytes + bytes;
    if (endByte < this.times.markedBytes) this.times.clear();
    this.times.mark(endByte, at);
  }

  /** Empties the log: the current file and all archives. Only within `exclusive`. */
  async clear(): Promise<void> {
    for (const archive of await listArchives(this.path)) await rm(archive.path, { force: true });
    const bytes = (await lookAtLog(this.path))?.bytes;
    if (bytes === undefined) return;
    await truncate(this.path);
    await this.headCut({ bytes, archivePath: undefined });
  }

  /** All files of the log that can be read as text, oldest first. Only within `exclusive`. */
  async segments(): Promise<readonly Segment[]> {
    const current = await lookAtLog(this.path);
    let fromByte = this.#removedBytes;
    const segments: Segment[] = [{ path: this.path, fromByte, toByte: fromByte + (current?.bytes ?? 0) }];
    for (const archive of await listArchives(this.path)) {
      // A compressed one cannot be read from its end.
      if (archive.isCompressed) break;
      segments.unshift({ path: archive.path, fromByte: fromByte - archive.bytes, toByte: fromByte });
      fromByte -= archive.bytes;
    }
    return segments;
  }

  /** When the file was last written, in milliseconds since 1970; 0 when there is none. */
  async modifiedAtMs(): Promise<number> {
    const stats = await stat(this.path).catch(() => undefined);
    return stats?.mtimeMs ?? 0;
  }
}
