import type { SchedulerLike, Subscription } from "rxjs";
import type { FileCursor, ReadOutcome } from "./file-cursor.js";
import { LineSplitter } from "./line-splitter.js";
import type { LogFile } from "./log-file.js";
import { type LogLine, type LogStream, makeLogLine } from "./log-line.js";
import { paceReads } from "./read-pace.js";
import { findLineStart, readSegments, type Segment } from "./segments.js";
import type { LogView } from "./tail-segments.js";

/** What a reader is made for. */
export interface LogSource {
  readonly file: LogFile;
  readonly stream: LogStream;
  readonly scheduler: SchedulerLike;
  /** Whether a process is writing: its unfinished line is waited for. */
  readonly isWriting: () => boolean;
}

/** Gets the next lines. */
type OnLines = (lines: readonly LogLine[]) => void;

interface Reading {
  readonly cursor: FileCursor;
  readonly splitter: LineSplitter;
  readonly reads: Subscription;
}

/** Somebody who follows. */
export interface Membership<Snapshot> {
  /** What was there before the first line that is delivered; rejects when it could not be read. */
  readonly snapshot: Promise<Snapshot>;
  leave(): void;
}

/** Reads one log file as it grows, once for all who follow it, and not at all while nobody does. */
export class LogReader {
  readonly #source: LogSource;
  readonly #listeners = new Set<OnLines>();
  /** Lines that were cut, to be delivered together: one at a time would cost more than the cutting. */
  #cut: LogLine[] = [];
  #members = 0;
  #reading: Reading | undefined;
  /** When the block was read whose lines are delivered. */
  #readAt: Date | undefined;

  constructor(source: LogSource) {
    this.#source = source;
  }

  /** Whether somebody follows. */
  get isReading(): boolean {
    return this.#members > 0;
  }

  /** Delivers every line that is not in the view given to `look`, from the moment that has been given it. */
  join<Snapshot>(onLines: OnLines, look: (view: LogView) => Promise<Snapshot>): Membership<Snapshot | undefined> {
    let isMember = true;
    this.#members += 1;
    const snapshot = this.#source.file.exclusive(async () => {
      if (!isMember) return undefined;
      const view = await this.#begin();
      // Whoever left while the reading began has nobody else to end it.
      if (this.#members === 0) this.#end();
      if (isMember) this.#listeners.add(onLines);
      return await look(view);
    });
    return {
      snapshot,
      leave: () => {
        if (!isMember) return;
        isMember = false;
        this.#listeners.delete(onLines);
        this.#members -= 1;
        if (this.#members === 0) this.#end();
      },
    };
  }

  /** The log as it is now, its unfinished line included. Only within `exclusive`. */
  async view(): Promise<LogView> {
    const { file, stream, scheduler } = this.#source;
    await file.look(new Date(scheduler.now()));
    const segments = await file.segments();
    return { stream, segments, times: file.times, toByte: endOf(segments) };
  }

  /** Delivers what has been written until now. */
  async readToEnd(): Promise<void> {
    await this.#source.file.exclusive(async () => {
      const { file } = this.#source;
      const bytes = (await file.look(new Date(this.#source.scheduler.now()))) ?? 0;
      // Up to where the log was then: of one that is being written there is no end.
      while (this.#reading !== undefined && (await this.#reading.cursor.read()) === "part") {
        if (this.#reading.cursor.atByte >= bytes) break;
      }
      if (!this.#source.isWriting()) this.#reading?.splitter.endLine();
      this.#tell();
    });
  }

  /** Starts to read where the view ends, unless it has. */
  async #begin(): Promise<LogView> {
    const view = await this.view();
    const { file } = this.#source;
    this.#reading ??= await this.#open(view.segments);
    const { cursor, splitter } = this.#reading;
    return { ...view, toByte: file.removedBytes + cursor.atByte - splitter.heldBytes };
  }

  async #open(segments: readonly Segment[]): Promise<Reading> {
    const { file, scheduler, isWriting } = this.#source;
    const splitter = new LineSplitter((line, isPartial) => this.#deliver(line, isPartial));
    const endByte = endOf(segments);
    // The pieces of a long unfinished line that are delivered here have no listener yet: they are in the view.
    const lineStart = await findLineStart(segments, { toByte: endByte + 1 }, 1);
    if (!isWriting() && lineStart < endByte) splitter.awaitLineEnd();
    const unfinishedFrom = isWriting() ? lineStart : endByte;
    for await (const block of readSegments(segments, unfinishedFrom, endByte)) splitter.push(block);
    const cursor = file.openCursor(endByte - file.removedBytes, {
      onBlock: (block) => {
        this.#readAt = new Date(scheduler.now());
        splitter.push(block);
        this.#tell();
      },
      onBreak: () => {
        splitter.end();
        this.#tell();
      },
    });
    const read = async (): Promise<ReadOutcome> => {
      const outcome = await cursor.read();
      if (outcome !== "nothing") file.times.mark(file.removedBytes + cursor.atByte, new Date(scheduler.now()));
      return outcome;
    };
    return { cursor, splitter, reads: paceReads(file.path, () => file.exclusive(read), scheduler) };
  }

  #deliver(text: string, isPartial: boolean): void {
    if (this.#listeners.size > 0) this.#cut.push(makeLogLine(this.#source.stream, text, isPartial, this.#readAt));
  }

  #tell(): void {
    const lines = this.#cut;
    if (lines.length === 0) return;
    this.#cut = [];
    for (const listener of this.#listeners) listener(lines);
  }

  #end(): void {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.reads.unsubscribe();
    if (reading !== undefined) this.#source.file.closeCursor(reading.cursor);
  }
}

function endOf(segments: readonly Segment[]): number {
  return segments.at(-1)?.toByte ?? 0;
}
