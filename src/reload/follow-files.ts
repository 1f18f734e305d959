import {
  auditTime,
  concatMap,
  exhaustMap,
  from,
  map,
  Observable,
  type SchedulerLike,
  Subject,
  Subscription,
  timer,
} from "rxjs";
import { ProcessError } from "../errors.js";
import { DirectoryFollower } from "./directory-follower.js";
import { changedFiles, type FileSnapshot } from "./file-snapshot.js";
import { walkFiles } from "./file-walk.js";
import { runSliced } from "./run-sliced.js";
import { WatchLayout } from "./watch-layout.js";
import { describeWatchProblem } from "./watch-problem.js";
import type { WatchScope } from "./watch-scope.js";
import { type Quiet, whenQuiet } from "./when-quiet.js";

export interface FollowOptions {
  /** How long the files must be quiet, in milliseconds. */
  readonly debounceMs: number;
  readonly scheduler: SchedulerLike;
  /** Gets what cannot be watched, each thing once. */
  readonly onProblem: (problem: ProcessError) => void;
}

export interface FileDifference extends Quiet {
  /** Absolute, sorted, at least one. */
  readonly files: readonly string[];
}

/** Between the first sign that a directory was replaced and the new watch: the removal of a tree gives many signs. */
const rearmMs = 100;

/**
 * The files of a scope that changed, were added or removed. Events of the kernel only say when to look; what has
 * changed is the difference of two looks at the disk, so that an event lost, repeated or misunderstood does no harm.
 * Cold, each subscription watches for itself; the first look begins within `subscribe`. Never completes, never errors.
 */
export function followFiles(scope: WatchScope, options: FollowOptions): Observable<FileDifference> {
  return new Observable((subscriber) => {
    const follower = new FileFollower(scope, options, (difference) => subscriber.next(difference));
    subscriber.add(() => follower.close());
    follower.start();
  });
}

class FileFollower {
  readonly #scope: WatchScope;
  readonly #options: FollowOptions;
  readonly #emit: (difference: FileDifference) => void;
  readonly #touched = new Subject<void>();
  readonly #replaced = new Subject<void>();
  readonly #running = new Subscription();
  readonly #reported = new Set<string>();

  constructor(scope: WatchScope, options: FollowOptions, emit: (difference: FileDifference) => void) {
    this.#scope = scope;
    this.#options = options;
    this.#emit = emit;
  }

  start(): void {
    // Loaded when first needed: a program that watches nothing does not pay for it.
    const begin$ = this.#look().pipe(
      concatMap((snapshot) => from(import("chokidar")).pipe(map((chokidar) => ({ snapshot, chokidar })))),
    );
    this.#run(begin$, ({ snapshot, chokidar }) => this.#follow(snapshot, chokidar));
  }

  close(): void {
    this.#running.unsubscribe();
  }

  #follow(first: FileSnapshot, chokidar: typeof import("chokidar")): void {
    const { debounceMs, scheduler } = this.#options;
    // Environment variables of the user decide, which chokidar reads.
    const { usePolling, interval } = new chokidar.FSWatcher().options;
    const looked = usePolling ? this.#poll(first, interval) : this.#watch(first, chokidar);
    let seen = first;
    const looks$ = this.#touched.pipe(
      whenQuiet(debounceMs, scheduler),
      concatMap((quiet) => this.#look().pipe(map((snapshot) => ({ ...quiet, snapshot })))),
    );
    this.#run(looks$, ({ snapshot, isEndless }) => {
      const files = changedFiles(seen, snapshot);
      seen = snapshot;
      looked(snapshot);
      if (files.length > 0) this.#emit({ files, isEndless });
    });
  }

  /** Lets the kernel tell when to look. The returned function takes what a look has found. */
  #watch(first: FileSnapshot, chokidar: typeof import("chokidar")): (snapshot: FileSnapshot) => void {
    let layout = new WatchLayout(this.#scope, first);
    const directories = new DirectoryFollower(chokidar, () => layout, {
      touched: () => this.#touched.next(),
      replaced: () => this.#replaced.next(),
      failed: (cause) => this.#report(cause),
    });
    this.#running.add(() => directories.close());
    const rearm$ = this.#replaced.pipe(
      auditTime(rearmMs, this.#options.scheduler),
      concatMap(() => this.#look()),
    );
    this.#run(rearm$, (snapshot) => {
      layout = new WatchLayout(this.#scope, snapshot);
      directories.arm();
    });
    directories.arm();
    return (snapshot) => {
      layout = new WatchLayout(this.#scope, snapshot);
      directories.follow();
    };
  }

  /**
   * For disks that tell nothing: chokidar's CHOKIDAR_USEPOLLING, without its polling, which takes what was written
   * before its own first look at a new file for the beginning. Two looks that follow each other miss nothing.
   */
  #poll(first: FileSnapshot, intervalMs: number): () => void {
    let last = first;
    const looks$ = timer(intervalMs, intervalMs, this.#options.scheduler).pipe(exhaustMap(() => this.#look()));
    this.#run(looks$, (snapshot) => {
      if (changedFiles(last, snapshot).length > 0) this.#touched.next();
      last = snapshot;
    });
    return () => undefined;
  }

  #look(): Observable<FileSnapshot> {
    const walk = () => walkFiles(this.#scope, (cause, path) => this.#report(cause, path));
    return runSliced(walk, this.#options.scheduler);
  }

  #report(cause: unknown, path?: string): void {
    const problem = describeWatchProblem(cause, path);
    if (problem === undefined || this.#reported.has(problem.message)) return;
    this.#reported.add(problem.message);
    this.#options.onProblem(problem);
  }

  #run<T>(source: Observable<T>, next: (value: T) => void): void {
    this.#running.add(source.subscribe({ next, error: (cause) => this.#options.onProblem(ProcessError.from(cause)) }));
  }
}
