import { type Observable, type SchedulerLike, Subject, takeUntil } from "rxjs";
import { followReaders } from "./follow-readers.js";
import type { OwnedLogBook } from "./log-book.js";
import type { LogFile } from "./log-file.js";
import { type LineFilter, type LogLine, lastOf, mergeByTime } from "./log-line.js";
import { LogReader } from "./log-reader.js";
import { eachLine } from "./merge-batches.js";
import { tailSegments } from "./tail-segments.js";

export interface FileLogBookOptions {
  /** File of each stream; undefined when it goes elsewhere. The same file may serve both: its lines then are stdout. */
  readonly stdout: LogFile | undefined;
  readonly stderr: LogFile | undefined;
  /** How many lines `tail` and `follow$` give when not told. */
  readonly bufferLines: number;
  /** Clock and timers; those of background work let the host program end. */
  readonly scheduler: SchedulerLike;
}

interface Source {
  readonly file: LogFile;
  readonly reader: LogReader;
}

/** The logs of a process that writes them to files itself, so that nothing passes through this host until it is read. */
export class FileLogBook implements OwnedLogBook {
  readonly #sources: readonly Source[];
  readonly #bufferLines: number;
  readonly #scheduler: SchedulerLike;
  readonly #closed = new Subject<void>();
  #isWriting = false;

  constructor({ stdout, stderr, bufferLines, scheduler }: FileLogBookOptions) {
    const isWriting = (): boolean => this.#isWriting;
    const files = [
      { file: stdout, stream: "stdout" },
      { file: stderr?.path === stdout?.path ? undefined : stderr, stream: "stderr" },
    ] as const;
    this.#sources = files.flatMap(({ file, stream }) => {
      return file === undefined ? [] : [{ file, reader: new LogReader({ file, stream, scheduler, isWriting }) }];
    });
    this.#bufferLines = bufferLines;
    this.#scheduler = scheduler;
  }

  async tail(count = this.#bufferLines, filter: LineFilter = {}): Promise<readonly LogLine[]> {
    const read = ({ file, reader }: Source): Promise<readonly LogLine[]> =>
      file.exclusive(async () => await tailSegments(await reader.view(), count, filter)).catch(() => []);
    const streams = await Promise.all((await this.#byAge()).map(read));
    return lastOf(mergeByTime(streams), count);
  }

  get follow$(): Observable<LogLine> {
    return this.follow();
  }

  follow(count = this.#bufferLines, filter: LineFilter = {}): Observable<LogLine> {
    return eachLine(this.batches(count, filter));
  }

  batches(count = this.#bufferLines, filter: LineFilter = {}): Observable<readonly LogLine[]> {
    const readers = this.#sources.map(({ reader }) => reader);
    return followReaders(readers, count, filter).pipe(takeUntil(this.#closed));
  }

  async clear(): Promise<void> {
    await this.#flush();
    for (const { file } of this.#sources) await file.exclusive(() => file.clear());
  }

  async runStarted(): Promise<void> {
    // A last line without its end belongs to the run before.
    await this.#flush(this.#sources.filter(({ reader }) => reader.isReading));
    const at = new Date(this.#scheduler.now());
    await Promise.all(this.#sources.map(({ file }) => file.lookBeforeStart(at)));
    this.#isWriting = true;
  }

  async runEnded(): Promise<void> {
    this.#isWriting = false;
    await this.#flush();
  }

  close(): void {
    this.#closed.next();
  }

  /** A log that cannot be read has nothing to deliver. */
  async #flush(sources = this.#sources): Promise<void> {
    await Promise.allSettled(sources.map(({ reader }) => reader.readToEnd()));
  }

  /** The stream written last comes last: where no times are known, its lines are the end. */
  async #byAge(): Promise<readonly Source[]> {
    const aged = await Promise.all(
      this.#sources.map(async (source) => ({ source, atMs: await source.file.modifiedAtMs() })),
    );
    return aged.sort((one, other) => one.atMs - other.atMs).map(({ source }) => source);
  }
}
