import { type FSWatcher, watch } from "node:fs";
import { type SchedulerLike, Subscription } from "rxjs";

/** Time between two reads of a file that is being written, in milliseconds. */
const busyMs = 50;
/** Time between two reads of a file nobody seems to write: where changes are not told, they are found. */
const idleMs = 1000;

/**
 * Calls `read` at once, then whenever the file changes: each time without delay when it was quiet, and every 50 ms
 * while `read` finds something; and once a second anyway. Never two reads at a time. Ends when unsubscribed.
 */
export function paceReads(path: string, read: () => Promise<boolean>, scheduler: SchedulerLike): Subscription {
  const pace = new ReadPace(path, read, scheduler);
  void pace.turn();
  return new Subscription(() => pace.close());
}

class ReadPace {
  readonly #path: string;
  readonly #read: () => Promise<boolean>;
  readonly #scheduler: SchedulerLike;
  #watcher: FSWatcher | undefined;
  #timer = Subscription.EMPTY;
  #isReading = false;
  #isClosed = false;

  constructor(path: string, read: () => Promise<boolean>, scheduler: SchedulerLike) {
    this.#path = path;
    this.#read = read;
    this.#scheduler = scheduler;
  }

  async turn(): Promise<void> {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    const wasWatching = this.#watcher !== undefined;
    const hasFound = await this.#read().catch(() => false);
    this.#isReading = false;
    if (this.#isClosed) return;
    const wasTold = wasWatching && this.#watcher === undefined;
    if (hasFound || wasTold) {
      this.#unwatch();
      return this.#again(busyMs);
    }
    // What was written between the read and the beginning of the watch is not told: one more read.
    if (this.#watcher === undefined && this.#watch()) return this.#again(0);
    this.#again(idleMs);
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
