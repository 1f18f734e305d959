import type { Readable } from "node:stream";
import {
  debounceTime,
  filter,
  firstValueFrom,
  map,
  Observable,
  race,
  type SchedulerLike,
  Subject,
  startWith,
} from "rxjs";
import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import type { OwnedLogBook } from "./log-book.js";
import { isWanted, type LineFilter, type LogLine, type LogStream, lastOf, makeLogLine } from "./log-line.js";
import { eachLine } from "./merge-batches.js";

/** Characters kept at most, whatever the number of lines: some hundred long lines, or 10,000 usual ones. */
const maxKeptCharacters = 1024 * 1024;

/** A pipe that gives nothing for so long, in milliseconds, has been emptied. */
const quietMs = 100;

export interface RingLogBookOptions {
  /** How many lines are kept of each stream. */
  readonly bufferLines: number;
  /** Clock and timers. */
  readonly scheduler: SchedulerLike;
}

/** What comes out of one pipe. */
export interface CapturedOutput {
  /** Every line from now on. Does not replay; never completes or errors. */
  readonly lines$: Observable<string>;
  /** Resolves when the pipe is closed; its writer may live on. */
  readonly closed: Promise<void>;
  /** The last lines that are kept of it. */
  last(count: number): readonly string[];
}

interface Kept {
  readonly line: LogLine;
  /** Counts the lines of both streams. */
  readonly number: number;
  /** Where it came from; undefined for a line of our own. */
  readonly splitter: LineSplitter | undefined;
}

/**
 * The logs of a process that writes into pipes: its last lines, in memory. The pipes are always read at full speed, so
 * the process waits for nobody. Each stream has room of its own: a flood of one does not push out what the other told.
 */
export class RingLogBook implements OwnedLogBook {
  readonly #rings: Readonly<Record<LogStream, LineRing<Kept>>>;
  readonly #bufferLines: number;
  readonly #scheduler: SchedulerLike;
  readonly #lines = new Subject<Kept>();
  #count = 0;
  /** Emits when something has come out of a pipe, or it has ended. */
  readonly #arrivals = new Subject<void>();
  /** Of the pipes that are open. */
  #splitters: LineSplitter[] = [];

  constructor({ bufferLines, scheduler }: RingLogBookOptions) {
    const makeRing = (): LineRing<Kept> =>
      new LineRing(bufferLines, { max: maxKeptCharacters, of: ({ line }) => line.line.length });
    this.#rings = { stdout: makeRing(), stderr: makeRing() };
    this.#bufferLines = bufferLines;
    this.#scheduler = scheduler;
  }

  /** Keeps what comes out of a pipe, until it ends. */
  capture(stream: LogStream, output: Readable): CapturedOutput {
    const splitter: LineSplitter = new LineSplitter((text, isPartial) => {
      this.#keep(stream, makeLogLine(stream, text, isPartial, new Date(this.#scheduler.now())), splitter);
    });
    this.#splitters.push(splitter);
    output.on("data", (chunk: Buffer) => {
      splitter.push(chunk);
      this.#arrivals.next();
    });
    const closed = new Promise<void>((resolve) => {
      output.once("close", () => {
        splitter.end();
        this.#splitters = this.#splitters.filter((other) => other !== splitter);
        this.#arrivals.next();
        resolve();
      });
    });
    // A broken pipe ends the stream; the exit of the process is told elsewhere.
    output.on("error", () => undefined);
    const isOfThis = (kept: Kept): boolean => kept.splitter === splitter;
    const textOf = ({ line }: Kept): string => line.line;
    return {
      lines$: this.#lines.pipe(filter(isOfThis), map(textOf)),
      closed,
      last: (count) => lastOf(this.#rings[stream].last().filter(isOfThis), count).map(textOf),
    };
  }

  /** Adds a line nobody has written to what is kept of standard output. */
  note(text: string): void {
    this.#keep("stdout", makeLogLine("stdout", text, false, new Date(this.#scheduler.now())), undefined);
  }

  async tail(count = this.#bufferLines, wanted: LineFilter = {}): Promise<readonly LogLine[]> {
    const lines = this.#kept().filter((line) => isWanted(line, wanted));
    return lastOf(lines, count);
  }

  get follow$(): Observable<LogLine> {
    return this.follow();
  }

  follow(count = this.#bufferLines, wanted: LineFilter = {}): Observable<LogLine> {
    return eachLine(this.batches(count, wanted));
  }

  batches(count = this.#bufferLines, wanted: LineFilter = {}): Observable<readonly LogLine[]> {
    return new Observable((subscriber) => {
      // A line that comes while the kept ones are delivered, by what a subscriber does, waits for them.
      const waiting: LogLine[] = [];
      let isCaughtUp = false;
      const lines = this.#lines.subscribe({
        next: ({ line }) => {
          if (!isWanted(line, wanted)) return;
          if (isCaughtUp) subscriber.next([line]);
          else waiting.push(line);
        },
        complete: () => subscriber.complete(),
      });
      subscriber.add(lines);
      const kept = this.#kept().filter((line) => isWanted(line, wanted));
      subscriber.next(lastOf(kept, count));
      for (const line of waiting) subscriber.next([line]);
      isCaughtUp = true;
    });
  }

  async clear(): Promise<void> {
    this.#rings.stdout.clear();
    this.#rings.stderr.clear();
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

  #keep(stream: LogStream, line: LogLine, splitter: LineSplitter | undefined): void {
    const kept: Kept = { line, number: this.#count++, splitter };
    this.#rings[stream].push(kept);
    this.#lines.next(kept);
  }

  #kept(): readonly LogLine[] {
    const kept = [...this.#rings.stdout.last(), ...this.#rings.stderr.last()];
    return kept.sort((one, other) => one.number - other.number).map(({ line }) => line);
  }
}
