import { join, resolve } from "node:path";
import { distinctUntilChanged, map, type SchedulerLike } from "rxjs";
import { ProcessError } from "../errors.js";
import { FileLogBook } from "../logs/file-log-book.js";
import type { LogBook, OwnedLogBook } from "../logs/log-book.js";
import { LogFile } from "../logs/log-file.js";
import type { Process } from "../process/process.js";
import type { ProcessTemplate } from "../template/process-template.js";

/** Which of the two streams are wanted; undefined is both. */
export type WantedStream = "stdout" | "stderr" | undefined;

type Paths = Readonly<Record<"stdout" | "stderr", string>>;

interface Shelved {
  readonly book: OwnedLogBook;
  readonly paths: Paths;
}

/** The logs of the processes somebody has asked for. */
export class LogShelf {
  readonly #logDirectory: string;
  readonly #scheduler: SchedulerLike;
  readonly #books = new Map<Process, Map<WantedStream, Shelved>>();

  constructor(logDirectory: string, scheduler: SchedulerLike) {
    this.#logDirectory = logDirectory;
    this.#scheduler = scheduler;
  }

  /** @throws ProcessError UNSUPPORTED when its output is not kept */
  bookOf(process: Process, stream: WantedStream): LogBook {
    const paths = this.#pathsOf(process.template);
    if (paths === undefined) {
      const text = `${process.name}: its output is not kept: its template says logs.mode ${process.template.logs.mode}`;
      throw new ProcessError("UNSUPPORTED", text, { process: process.name });
    }
    const books = this.#booksOf(process);
    const present = books.get(stream);
    if (present?.paths.stdout === paths.stdout && present.paths.stderr === paths.stderr) return present.book;
    present?.book.close();
    const book = this.#open(process, paths, stream);
    books.set(stream, { book, paths });
    return book;
  }

  #booksOf(process: Process): Map<WantedStream, Shelved> {
    const present = this.#books.get(process);
    if (present !== undefined) return present;
    const made = new Map<WantedStream, Shelved>();
    this.#books.set(process, made);
    process.status$.subscribe({ complete: () => this.#books.delete(process) });
    return made;
  }

  #open(process: Process, paths: Paths, stream: WantedStream): OwnedLogBook {
    const stdout = stream === "stderr" ? undefined : new LogFile(paths.stdout);
    const isOneFile = paths.stdout === paths.stderr;
    const stderr = stream === "stdout" || isOneFile ? undefined : new LogFile(paths.stderr);
    const { bufferLines } = process.template.logs;
    const book = new FileLogBook({ stdout, stderr, bufferLines, scheduler: this.#scheduler });
    const isWriting$ = process.status$.pipe(
      map(({ pid }) => pid !== undefined),
      distinctUntilChanged(),
    );
    isWriting$.subscribe({
      next: (isWriting) => void (isWriting ? book.runStarted() : book.runEnded()),
      complete: () => book.close(),
    });
    return book;
  }

  #pathsOf({ name, cwd, detach, logs }: ProcessTemplate): Paths | undefined {
    if (logs.mode === "DISCARD" || (logs.mode === "INHERIT" && !detach)) return undefined;
    const pathOf = (path: string | undefined, end: string): string =>
      path === undefined ? join(this.#logDirectory, `${name}.${end}.log`) : resolve(cwd, path);
    return { stdout: pathOf(logs.stdout, "out"), stderr: pathOf(logs.stderr, "err") };
  }
}
