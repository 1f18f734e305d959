import { join, resolve } from "node:path";
import { distinctUntilChanged, map, type SchedulerLike } from "rxjs";
import { ProcessError } from "../errors.js";
import { FileLogBook } from "../logs/file-log-book.js";
import type { LogBook, OwnedLogBook } from "../logs/log-book.js";
import { LogFile } from "../logs/log-file.js";
import type { Process } from "../process/process.js";
import type { ProcessTemplate } from "../template/process-template.js";

type Paths = Readonly<Record<"stdout" | "stderr", string>>;

/** The logs of the processes somebody has asked for. */
export class LogShelf {
  readonly #logDirectory: string;
  readonly #scheduler: SchedulerLike;
  readonly #books = new Map<Process, { readonly book: OwnedLogBook; readonly paths: Paths }>();

  constructor(logDirectory: string, scheduler: SchedulerLike) {
    this.#logDirectory = logDirectory;
    this.#scheduler = scheduler;
  }

  /** @throws ProcessError UNSUPPORTED when its output is not kept */
  bookOf(process: Process): LogBook {
    const paths = this.#pathsOf(process.template);
    if (paths === undefined) {
      const text = `${process.name}: its output is not kept: its template says logs.mode ${process.template.logs.mode}`;
      throw new ProcessError("UNSUPPORTED", text, { process: process.name });
    }
    const present = this.#books.get(process);
    if (present?.paths.stdout === paths.stdout && present.paths.stderr === paths.stderr) return present.book;
    present?.book.close();
    const book = this.#open(process, paths);
    this.#books.set(process, { book, paths });
    return book;
  }

  #open(process: Process, { stdout, stderr }: Paths): OwnedLogBook {
    const out = new LogFile(stdout);
    const err = stderr === stdout ? out : new LogFile(stderr);
    const { bufferLines } = process.template.logs;
    const book = new FileLogBook({ stdout: out, stderr: err, bufferLines, scheduler: this.#scheduler });
    const isWriting$ = process.status$.pipe(
      map(({ pid }) => pid !== undefined),
      distinctUntilChanged(),
    );
    isWriting$.subscribe({
      next: (isWriting) => void (isWriting ? book.runStarted() : book.runEnded()),
      complete: () => {
        book.close();
        this.#books.delete(process);
      },
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
