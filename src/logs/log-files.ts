import { existsSync } from "node:fs";
import type { SchedulerLike } from "rxjs";
import type { ProcessError } from "../errors.js";
import { LogFile } from "./log-file.js";
import { type RotationPolicy, RotationWatch } from "./rotation-watch.js";
import type { Rotator } from "./rotator.js";

export interface LogFilesContext {
  readonly rotator: Rotator;
  /** Clock and timers; those of background work let the host program end. */
  readonly scheduler: SchedulerLike;
  /** Told why a log is not rotated. */
  readonly report: (problem: ProcessError) => void;
}

/** A log file as one process uses it. */
export interface HeldLog {
  readonly file: LogFile;
  /** The process writes there from now on, so the log is rotated when it has become too large. */
  writingBegins(policy: RotationPolicy): void;
  /** It does so no more. */
  writingEnds(): void;
  /** It has nothing to do with the file any more. */
  release(): void;
}

interface Shared {
  readonly file: LogFile;
  readonly holders: Set<HeldLog>;
  readonly writers: Set<HeldLog>;
  watch: RotationWatch | undefined;
}

/** The log files of a manager. Who names the same path shares the file: it is rotated once, and each byte has one number. */
export class LogFiles {
  readonly #context: LogFilesContext;
  readonly #shared = new Map<string, Shared>();
  /** Rotations under way of files nobody holds any more. */
  readonly #closing = new Set<Promise<void>>();

  constructor(context: LogFilesContext) {
    this.#context = context;
  }

  /** @param path absolute */
  hold(path: string): HeldLog {
    const shared = this.#shared.get(path) ?? this.#open(path);
    const { file, holders, writers } = shared;
    const held: HeldLog = {
      file,
      writingBegins: (policy) => {
        writers.add(held);
        shared.watch ??= new RotationWatch(file, policy, this.#context);
        shared.watch.resume();
      },
      writingEnds: () => {
        writers.delete(held);
        if (writers.size === 0) shared.watch?.pause();
      },
      release: () => {
        held.writingEnds();
        holders.delete(held);
        if (holders.size === 0 && this.#shared.get(path) === shared) this.#close(path, shared);
      },
    };
    holders.add(held);
    return held;
  }

  /** Ends every rotation; resolves when those under way are done. */
  async close(): Promise<void> {
    for (const [path, shared] of this.#shared) this.#close(path, shared);
    await Promise.all(this.#closing);
  }

  #open(path: string): Shared {
    const { rotator } = this.#context;
    const shared: Shared = { file: new LogFile(path), holders: new Set(), writers: new Set(), watch: undefined };
    this.#shared.set(path, shared);
    // First of all, before anybody reads. What cannot be mended now is tried again before each rotation.
    if (existsSync(rotator.unfinishedPath(path))) void rotator.recover(shared.file).catch(() => undefined);
    return shared;
  }

  #close(path: string, { watch }: Shared): void {
    this.#shared.delete(path);
    if (watch === undefined) return;
    const closing = watch.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
