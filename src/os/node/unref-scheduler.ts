import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";
import { monotonicNow } from "./monotonic-now.js";

/** An RxJS scheduler whose timers never keep the program alive: `asyncScheduler` holds it as long as one is armed. */
export const unrefScheduler: SchedulerLike = {
  now: monotonicNow,
  schedule<State>(
    work: (this: SchedulerAction<State>, state?: State) => void,
    delayMs = 0,
    state?: State,
  ): Subscription {
    return new UnrefAction<State>(work).schedule(state, delayMs);
  },
};

class UnrefAction<State> extends Subscription implements SchedulerAction<State> {
  readonly #work: (this: SchedulerAction<State>, state?: State) => void;
  #cancel: () => void = () => undefined;

  constructor(work: (this: SchedulerAction<State>, state?: State) => void) {
    super(() => this.#cancel());
    this.#work = work;
  }

  schedule(state?: State, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    const run = (): void => this.#work.call(this, state);
    if (delayMs <= 0) {
      // Not unref'd: such an immediate does not wake an idle event loop, and would wait there for any other event.
      const immediate = setImmediate(run);
      this.#cancel = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(run, delayMs).unref();
      this.#cancel = () => clearTimeout(timer);
    }
    return this;
  }
}
