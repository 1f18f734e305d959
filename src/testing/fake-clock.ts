import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";

/** Turns of the microtask queue given to code that awaits between two timers. */
const turns = 50;

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** An RxJS scheduler whose time stands still until `advance` is called. */
export class FakeClock implements SchedulerLike {
  #nowMs: number;
  #order = 0;
  readonly #due = new Set<Due>();

  /** @param startMs wall-clock time at the beginning, in milliseconds since 1970 */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Lets time pass: runs what is due in order, and between two timers lets awaiting code go on. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#earliest(endMs); next !== undefined; next = this.#earliest(endMs)) {
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  schedule<State>(
    work: (this: SchedulerAction<State>, state?: State) => void,
    delayMs = 0,
    state?: State,
  ): Subscription {
    return new FakeAction<State>(work, (run, afterMs) => this.#arm(run, afterMs)).schedule(state, delayMs);
  }

  #arm(run: () => void, delayMs: number): () => void {
    const due: Due = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#due.add(due);
    return () => this.#due.delete(due);
  }

  #earliest(endMs: number): Due | undefined {
    const candidates = [...this.#due].filter(({ atMs }) => atMs <= endMs);
    return candidates.sort((one, other) => {
      return one.atMs === other.atMs ? one.order - other.order : one.atMs - other.atMs;
    })[0];
  }
}

class FakeAction<State> extends Subscription implements SchedulerAction<State> {
  readonly #work: (this: SchedulerAction<State>, state?: State) => void;
  readonly #arm: (run: () => void, delayMs: number) => () => void;
  #cancel: () => void = () => undefined;

  constructor(
    work: (this: SchedulerAction<State>, state?: State) => void,
    arm: (run: () => void, delayMs: number) => () => void,
  ) {
    super(() => this.#cancel());
    this.#work = work;
    this.#arm = arm;
  }

  schedule(state?: State, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    this.#cancel = this.#arm(() => this.#work.call(this, state), delayMs);
    return this;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}
