import { firstValueFrom, from, race, type SchedulerLike, timer } from "rxjs";
import type { Usage } from "../os/os.js";
import type { Process } from "../process/process.js";

/** A measurement this old is good enough for a list. */
const freshMs = 1000;

/** An answer waits this long for a measurement: it is better without than late. */
const patienceMs = 25;

/** What processes were last seen to use. It is measured when somebody asks, at most once a second, for all of them at once. */
export class UsageBoard {
  readonly #processes: () => readonly Process[];
  readonly #scheduler: SchedulerLike;
  #usage: ReadonlyMap<Process, Usage> = new Map();
  #measuring: Promise<void> | undefined;
  #measuredMs = Number.NEGATIVE_INFINITY;

  constructor(processes: () => readonly Process[], scheduler: SchedulerLike) {
    this.#processes = processes;
    this.#scheduler = scheduler;
  }

  /** The last measurement; a new one is made first when it is old and that does not take long. */
  async look(): Promise<ReadonlyMap<Process, Usage>> {
    if (this.#scheduler.now() - this.#measuredMs > freshMs) {
      this.#measuring ??= this.#measure().finally(() => {
        this.#measuring = undefined;
      });
    }
    if (this.#measuring !== undefined) {
      await firstValueFrom(race(from(this.#measuring), timer(patienceMs, this.#scheduler)), {
        defaultValue: undefined,
      });
    }
    return this.#usage;
  }

  async #measure(): Promise<void> {
    const running = this.#processes().filter(({ pid }) => pid !== undefined);
    const measured = await Promise.all(
      running.map(async (process) => {
        // It may have ended in the meantime.
        const usage = await process.stats({ countFiles: false }).catch(() => undefined);
        return usage === undefined ? [] : [[process, usage] as const];
      }),
    );
    this.#usage = new Map(measured.flat());
    this.#measuredMs = this.#scheduler.now();
  }
}
