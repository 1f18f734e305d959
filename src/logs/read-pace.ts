import { type FSWatcher, watch } from "node:fs";
import { type SchedulerLike, Subscription } from "rxjs";
import type { ReadOutcome } from "./file-cursor.js";

/** Time between two reads of a file that is being written, in milliseconds. */
const busyMs = 50;
/** Time between two reads of a file nobody seems to write: where changes are not told, they are found. */
const idleMs = 1000;
/** The same where changes are told, as the kernel does of all that happens on this machine, inotify(7). */
const watchedMs = 5000;

/**
 * Calls `read` at once, then whenever the file changes: each time without delay when it was quiet, every 50 ms while `read`
 * finds something, and at once when it has not come to the end; and every few seconds anyway. Never two reads at a time. Ends
 * when unsubscribed.
 */
export function paceReads(path: string, read: () => Promise<ReadOutcome>, scheduler: SchedulerLike): Subscription {
  const pace = new ReadPace(path, read, scheduler);
  void pace.turn();
  return new Subscription(() => pace.close());
}

class ReadPace {
  readonly #path: string;
  readonly #read: () => Promise<ReadOutcome>;
  readonly #scheduler: SchedulerLike;
  #watcher: FSWatcher | undefined;
  #timer = Subscription.EMPTY;
  #isReading = false;
  #isClosed = false;

  constructor(path: string, read: () => Promise<ReadOutcome>, scheduler: SchedulerLike) {
    this.#path = path;
    this.#read = read;
    this.#scheduler = scheduler;
  }

  async turn(): Promise<void> {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    const wasWatching = this.#watcher !== undefined;
    const outcome = await this.#read().catch(() => "nothing" as const);
    this.#isReading = false;
    if (this.#isClosed) return;
    const wasTold = wasWatching && this.#watcher === undefined;
    if (outcome === "nothing" && !wasTold) return this.#rest();
    this.#unwatch();
    this.#again(outcome === "part" ? 0 : busyMs);
  }

  /** There is nothing to read. */
  #rest(): void {
    // What was written between the read and the beginning of the watch is not told: one more read.
    if (this.#watcher === undefined && this.#watch()) return this.#again(0);
    this.#again(this.#watcher === undefined ? idleMs : watchedMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer.unsubscribe();
    this.#unwatch();
  }

  #again(delayMs: number): void {
    this.#timer.unsubscribe();
    this.#timer = this.#scheduler.schedule(() => void this.turn(), delayMs);
  }

  #watch(): boolean {
    try {
      this.#watcher = watch(this.#path, { persistent: false });
    } catch {
      // No file yet, or no more watches to be had: the slow reads go on.
      return false;
    }
    // One call a write would cost more than the reading: while the file is busy, it is not watched.
    const onChange = (): void => {
      this.#unwatch();
      this.#timer.unsubscribe();
      void this.turn();
    };
    this.#watcher.on("change", onChange);
    this.#watcher.on("error", onChange);
    return true;
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
