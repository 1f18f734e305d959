import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { asyncScheduler } from "rxjs";
import type { ProcessError } from "../../src/errors.js";
import { type FileChange, watchFiles } from "../../src/reload/watch-files.js";

export interface WatchedDir extends Disposable {
  readonly path: string;
  at(below: string): string;
  /** Writes a file, with the directories it needs. */
  write(file: string, text?: string): void;
  /** As most editors do: writes beside the file and renames over it. */
  save(file: string, text?: string): void;
  mkdir(directory: string): void;
  remove(below: string): void;
}

/** A directory for a test, removed at the end of the block. */
export function watchedDir(): WatchedDir {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "drover-test-")));
  const at = (below: string): string => join(path, below);
  const mkdir = (directory: string): void => void mkdirSync(at(directory), { recursive: true });
  const write = (file: string, text = "1"): void => {
    mkdir(dirname(file));
    writeFileSync(at(file), text);
  };
  return {
    path,
    at,
    write,
    save: (file, text) => {
      write(`${file}.new`, text);
      renameSync(at(`${file}.new`), at(file));
    },
    mkdir,
    remove: (below) => rmSync(at(below), { recursive: true }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface ChangesRequest {
  readonly paths?: readonly string[];
  readonly ignore?: readonly string[];
  readonly ownFiles?: readonly string[];
  readonly debounceMs?: number;
  readonly cwd?: string;
}

export interface Changes extends Disposable {
  readonly all: readonly FileChange[];
  readonly problems: readonly ProcessError[];
  /** The files of the next change, or of one that came since the last call. */
  next(): Promise<readonly string[]>;
}

/** Watches below a directory and keeps what is told. */
export function changesOf(dir: WatchedDir, request: ChangesRequest = {}): Changes {
  const all: FileChange[] = [];
  const problems: ProcessError[] = [];
  const waiting: ((files: readonly string[]) => void)[] = [];
  let taken = 0;
  const full = { paths: ["."], ignore: [], ownFiles: [], debounceMs: 50, cwd: dir.path, ...request };
  const options = { scheduler: asyncScheduler, onProblem: (problem: ProcessError) => void problems.push(problem) };
  const subscription = watchFiles(full, options).subscribe((change) => {
    all.push(change);
    const waiter = waiting.shift();
    if (waiter === undefined) return;
    taken++;
    waiter(change.files);
  });
  return {
    all,
    problems,
    next: () => {
      const ready = all[taken];
      if (ready === undefined) return new Promise((resolve) => void waiting.push(resolve));
      taken++;
      return Promise.resolve(ready.files);
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

/** The same, when the watch is known to stand: a first change was told. `file` must count. */
export async function settledChangesOf(dir: WatchedDir, file: string, request: ChangesRequest = {}): Promise<Changes> {
  const changes = changesOf(dir, request);
  dir.write(file, "settled");
  await changes.next();
  return changes;
}
