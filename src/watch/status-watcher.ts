import { type SchedulerLike, Subscription } from "rxjs";
import type { OsState } from "../os/os-state.js";

/** Something whose kernel state is looked at again and again. */
export interface Watched {
  /** Reads the state now; synchronous and cheap. */
  sample(): OsState;
  /** Gets every state read, changed or not. */
  observe(state: OsState): void;
}

export interface StatusWatcherOptions {
  /** Time between two samples of one process in milliseconds. */
  readonly periodMs: number;
  /** Clock and timers; they should not keep the program alive. */
  readonly scheduler: SchedulerLike;
  /** Called before each round; where one snapshot serves all samples, it is taken here. */
  readonly prepare: () => Promise<void> | undefined;
}

/** Processes sampled before the event loop gets a turn: about half a millisecond of work. */
const sliceLength = 128;

/** One run of the poll loop, from the first watched process to the last. A step of an ended loop does nothing. */
interface Loop {
  next: Subscription;
}

/** One poll loop for all processes of a manager. It rests while there are none, and never blocks for more than a slice. */
export class StatusWatcher {
  readonly #options: StatusWatcherOptions;
  readonly #watched = new Set<Watched>();
  #loop: Loop | undefined;

  constructor(options: StatusWatcherOptions) {
    this.#options = options;
  }

  /** Starts watching; the returned function ends it. */
  add(watched: Watched): () => void {
    this.#watched.add(watched);
    if (this.#loop === undefined) {
      const loop: Loop = { next: Subscription.EMPTY };
      this.#loop = loop;
      this.#endRound(loop);
    }
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Ends the loop; `add` starts it again. */
  close(): void {
    this.#loop?.next.unsubscribe();
    this.#loop = undefined;
  }

  #beginRound(loop: Loop): void {
    const round = (): void => this.#sampleSlice(loop, [...this.#watched], 0);
    const prepared = this.#options.prepare();
    if (prepared === undefined) return round();
    // A snapshot that failed (no `ps`, no memory for it) leaves the states as they are until the next round.
    prepared.then(round, () => this.#endRound(loop));
  }

  #sampleSlice(loop: Loop, round: readonly Watched[], from: number): void {
    const end = Math.min(from + sliceLength, round.length);
    for (const watched of round.slice(from, end)) {
      if (this.#loop !== loop) return;
      if (this.#watched.has(watched)) watched.observe(watched.sample());
    }
    if (end < round.length) this.#then(loop, 0, () => this.#sampleSlice(loop, round, end));
    else this.#endRound(loop);
  }

  #endRound(loop: Loop): void {
    this.#then(loop, this.#options.periodMs, () => this.#beginRound(loop));
  }

  #then(loop: Loop, delayMs: number, step: () => void): void {
    if (this.#loop === loop) loop.next = this.#options.scheduler.schedule(step, delayMs);
  }
}
