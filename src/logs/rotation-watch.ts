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

/** Rotates a log whenever it has become too large, from `resume` on until it is paused or closed. */
export class RotationWatch {
  readonly #file: LogFile;
  readonly #policy: RotationPolicy;
  readonly #context: RotationContext;
  #next = Subscription.EMPTY;
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;
  /** When the next look is due, by the clock of the scheduler: pauses do not put it off. */
  #dueMs: number;
  #bytes = -1;
  #lastProblem: string | undefined;
  #isOn = false;

  constructor(file: LogFile, policy: RotationPolicy, context: RotationContext) {
    this.#file = file;
    this.#policy = policy;
    this.#context = context;
    // A program that has just been started has better things to wait for.
    this.#dueMs = context.scheduler.now() + growingMs;
  }

  /** The log is being written. */
  resume(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#schedule();
  }

  /** The log is not written; a rotation that has begun goes on. */
  pause(): void {
    this.#isOn = false;
    this.#next.unsubscribe();
  }

  /** Ends it; resolves when a rotation that has begun is done. */
  async close(): Promise<void> {
    this.pause();
    await this.#work;
  }

  #schedule(): void {
    if (!this.#isOn || this.#isWorking) return;
    const { scheduler } = this.#context;
    this.#next = scheduler.schedule(
      () => {
        this.#isWorking = true;
        this.#work = this.#check().then((delayMs) => {
          this.#isWorking = false;
          this.#dueMs = scheduler.now() + delayMs;
          this.#schedule();
        });
      },
      Math.max(0, this.#dueMs - scheduler.now()),
    );
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
