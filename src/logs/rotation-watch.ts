import { type SchedulerLike, Subscription } from "rxjs";
import { ProcessError } from "../errors.js";
import { describeByteSize } from "../units/byte-size.js";
import { compressArchives } from "./compress-archive.js";
import { type LogRetention, pruneArchives } from "./log-archives.js";
import type { LogFile } from "./log-file.js";
import type { Rotator } from "./rotator.js";

/** When a log is rotated and how much of it is kept. */
export interface RotationPolicy extends LogRetention {
  /** Size of the current file in bytes from which it is rotated. */
  readonly maxSizeBytes: number;
  /** Whether archives but the newest are compressed by gzip. @default false */
  readonly compress?: boolean | undefined;
}

export interface RotationContext {
  readonly rotator: Rotator;
  /** Clock and timers; they should not keep the host program alive. */
  readonly scheduler: SchedulerLike;
  /** Gets each failure, the first of a kind in a row; rotation goes on after a pause. */
  readonly report: (problem: ProcessError) => void;
}

/** Milliseconds between two looks at a log that grows, at one that does not, and after a failure. */
const growingMs = 1000;
const quietMs = 5000;
const pauseMs = 60_000;

/** Rotates a log whenever it has become too large, until it is closed. */
export class RotationWatch {
  readonly #file: LogFile;
  readonly #policy: RotationPolicy;
  readonly #context: RotationContext;
  #next: Subscription;
  #work: Promise<void> = Promise.resolve();
  #bytes = -1;
  #lastProblem: string | undefined;
  #isClosed = false;

  constructor(file: LogFile, policy: RotationPolicy, context: RotationContext) {
    this.#file = file;
    this.#policy = policy;
    this.#context = context;
    this.#next = Subscription.EMPTY;
    this.#later(0);
  }

  /** Ends it; resolves when a rotation that has begun is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#next.unsubscribe();
    await this.#work;
  }

  #later(delayMs: number): void {
    if (this.#isClosed) return;
    this.#next = this.#context.scheduler.schedule(() => {
      this.#work = this.#check().then((nextMs) => this.#later(nextMs));
    }, delayMs);
  }

  async #check(): Promise<number> {
    try {
      const delayMs = await this.#rotateIfFull();
      this.#lastProblem = undefined;
      return delayMs;
    } catch (reason) {
      this.#report(reason);
      return pauseMs;
    }
  }

  async #rotateIfFull(): Promise<number> {
    const { rotator } = this.#context;
    const { maxSizeBytes } = this.#policy;
    if (this.#bytes < 0) await rotator.recover(this.#file);
    const bytes = await this.#look();
    const hasGrown = bytes !== undefined && bytes !== this.#bytes;
    this.#bytes = bytes ?? 0;
    if (this.#bytes < maxSizeBytes) return hasGrown ? growingMs : quietMs;
    if (await rotator.rotate(this.#file, maxSizeBytes)) await this.#tidy();
    const rest = (await this.#look()) ?? 0;
    // A writer in full flood has filled the next file meanwhile; one that cannot be rotated must not make this spin.
    const isFullAgain = rest >= maxSizeBytes && rest !== this.#bytes;
    this.#bytes = 0;
    return isFullAgain ? 0 : growingMs;
  }

  async #look(): Promise<number | undefined> {
    return await this.#file.exclusive(() => this.#file.look(new Date(this.#context.scheduler.now())));
  }

  async #tidy(): Promise<void> {
    await this.#file.exclusive(() => pruneArchives(this.#file.path, this.#policy));
    if (this.#policy.compress === true) await compressArchives(this.#file);
  }

  #report(reason: unknown): void {
    const cause = reason instanceof Error ? reason.message : String(reason);
    if (cause === this.#lastProblem) return;
    this.#lastProblem = cause;
    const size = this.#bytes > 0 ? ` at ${describeByteSize(this.#bytes)}` : "";
    const text = `${this.#file.path}: the log is not rotated${size}, and goes on growing: ${cause}; it is tried again each minute`;
    this.#context.report(new ProcessError("INTERNAL", text, { cause: reason }));
  }
}
