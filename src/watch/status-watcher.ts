import type { SchedulerLike, Subscription } from "rxjs";
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

/** One poll loop for all processes of a manager. It rests while there are none, and never blocks for more than a slice. */
export class StatusWatcher {
  readonly #options: StatusWatcherOptions;
  readonly #watched = new Set<Watched>();
  #armed: Subscription | undefined;

  constructor(options: StatusWatcherOptions) {
    this.#options = options;
  }

  /** Starts watching; the returned function ends it. */
  add(watched: Watched): () => void {
    this.#watched.add(watched);
    this.#armed ??= this.#schedule(() => this.#beginRound(), this.#options.periodMs);
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Ends the loop; `add` starts it again. */
  close(): void {
    this.#armed?.unsubscribe();
    this.#armed = undefined;
  }

  #beginRound(): void {
    const prepared = this.#options.prepare();
    if (prepared === undefined) return this.#sampleSlice([...this.#watched], 0);
    const round = (): void => {
      if (this.#armed !== undefined) this.#sampleSlice([...this.#watched], 0);
    };
    // A snapshot that failed (no `ps`, no memory for it) leaves the states as they are until the next round.
    prepared.then(round, () => this.#endRound());
  }

  #sampleSlice(round: readonly Watched[], from: number): void {
    const end = Math.min(from + sliceLength, round.length);
    for (const watched of round.slice(from, end)) {
      if (this.#watched.has(watched)) watched.observe(watched.sample());
    }
    if (end < round.length) this.#armed = this.#schedule(() => this.#sampleSlice(round, end), 0);
    else this.#endRound();
  }

  #endRound(): void {
    if (this.#watched.size === 0) this.close();
    else this.#armed = this.#schedule(() => this.#beginRound(), this.#options.periodMs);
  }

  #schedule(work: () => void, delayMs: number): Subscription {
    return this.#options.scheduler.schedule(work, delayMs);
  }
}
