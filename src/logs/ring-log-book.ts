import type { Readable } from "node:stream";
import { debounceTime, filter, firstValueFrom, Observable, race, type SchedulerLike, Subject, startWith } from "rxjs";
import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import type { OwnedLogBook } from "./log-book.js";
import { isWanted, type LineFilter, type LogLine, type LogStream, makeLogLine } from "./log-line.js";

/** Characters kept at most, whatever the number of lines: some hundred long lines, or 10,000 usual ones. */
const maxKeptCharacters = 1024 * 1024;

/** A pipe that gives nothing for so long, in milliseconds, has been emptied. */
const quietMs = 100;

export interface RingLogBookOptions {
  /** How many lines are kept. */
  readonly bufferLines: number;
  /** Clock and timers. */
  readonly scheduler: SchedulerLike;
}

/**
 * The logs of a process that writes into pipes: its last lines, in memory. The pipes are always read at full speed, so
 * the process waits for nobody; lines of both streams are kept in the order they came.
 */
export class RingLogBook implements OwnedLogBook {
  readonly #ring: LineRing<LogLine>;
  readonly #bufferLines: number;
  readonly #scheduler: SchedulerLike;
  readonly #lines = new Subject<LogLine>();
  /** Emits when something has come out of a pipe, or it has ended. */
  readonly #arrivals = new Subject<void>();
  /** Of the pipes that are open. */
  #splitters: LineSplitter[] = [];

  constructor({ bufferLines, scheduler }: RingLogBookOptions) {
    this.#ring = new LineRing(bufferLines, { max: maxKeptCharacters, of: ({ line }) => line.length });
    this.#bufferLines = bufferLines;
    this.#scheduler = scheduler;
  }

  /** Keeps what comes out of a pipe, until it ends. */
  capture(stream: LogStream, output: Readable): void {
    const splitter = new LineSplitter((text, isPartial) => {
      const line = makeLogLine(stream, text, isPartial, new Date(this.#scheduler.now()));
      this.#ring.push(line);
      this.#lines.next(line);
    });
    this.#splitters.push(splitter);
    output.on("data", (chunk: Buffer) => {
      splitter.push(chunk);
      this.#arrivals.next();
    });
    output.once("close", () => {
      splitter.end();
      this.#splitters = this.#splitters.filter((other) => other !== splitter);
      this.#arrivals.next();
    });
    // A broken pipe ends the stream; the exit of the process is told elsewhere.
    output.on("error", () => undefined);
  }

  async tail(count = this.#bufferLines, wanted: LineFilter = {}): Promise<readonly LogLine[]> {
    const lines = this.#ring.last().filter((line) => isWanted(line, wanted));
    return count <= 0 ? [] : lines.slice(-count);
  }

  get follow$(): Observable<LogLine> {
    return this.follow();
  }

  follow(count = this.#bufferLines): Observable<LogLine> {
    return new Observable((subscriber) => {
      // A line that comes while the kept ones are delivered, by what a subscriber does, waits for them.
      const waiting: LogLine[] = [];
      let isCaughtUp = false;
      const lines = this.#lines.subscribe({
        next: (line) => {
          if (isCaughtUp) subscriber.next(line);
          else waiting.push(line);
        },
        complete: () => subscriber.complete(),
      });
      subscriber.add(lines);
      for (const line of this.#ring.last(count)) subscriber.next(line);
      for (const line of waiting) subscriber.next(line);
      isCaughtUp = true;
    });
  }

  async clear(): Promise<void> {
    this.#ring.clear();
  }

  async runStarted(): Promise<void> {
    // Nothing to prepare: the pipes come with `capture`.
  }

  async runEnded(): Promise<void> {
    // What it has written is still in the pipes; their end may never come, because a child of it may hold them.
    const isClosed = this.#arrivals.pipe(
      startWith(undefined),
      filter(() => this.#splitters.length === 0),
    );
    const isQuiet = this.#arrivals.pipe(startWith(undefined), debounceTime(quietMs, this.#scheduler));
    await firstValueFrom(race(isClosed, isQuiet));
    for (const splitter of this.#splitters) splitter.end();
  }

  close(): void {
    this.#lines.complete();
  }
}
