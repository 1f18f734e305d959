import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { filter, mergeMap, type Subscription } from "rxjs";
import type { ProcessManager } from "../manager/process-manager.js";
import type { ExitCause } from "../os/exit.js";

/** What has happened since the manager is served. */
export class Counters {
  readonly #exits = new Map<string, Map<ExitCause, number>>();
  readonly #subscription: Subscription;
  readonly #lag: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });
  #lost = 0;

  constructor(manager: ProcessManager) {
    this.#lag.enable();
    const changes$ = manager.processes$.pipe(
      filter(({ type }) => type === "added"),
      mergeMap(({ process }) => process.notifications$),
      // The first one of each tells what was before.
      filter(({ previous, state }) => previous !== undefined && previous !== state && state === "terminated"),
    );
    this.#subscription = changes$.subscribe(({ name, exit }) => {
      if (exit !== undefined) this.#count(name, exit.cause);
    });
  }

  /** How often a process has ended, by cause. */
  exitsOf(name: string): ReadonlyMap<ExitCause, number> {
    return this.#exits.get(name) ?? new Map();
  }

  /** Events that readers of streams have missed, because they were too slow. */
  get lost(): number {
    return this.#lost;
  }

  readonly onLost = (lost: number): void => {
    this.#lost += lost;
  };

  /** The time the event loop was late, at most, in seconds; 0 before the first measurement. */
  get longestLagSeconds(): number {
    return this.#lag.max / 1e9;
  }

  close(): void {
    this.#lag.disable();
    this.#subscription.unsubscribe();
  }

  #count(name: string, cause: ExitCause): void {
    const causes = this.#exits.get(name) ?? new Map<ExitCause, number>();
    this.#exits.set(name, causes.set(cause, (causes.get(cause) ?? 0) + 1));
  }
}
