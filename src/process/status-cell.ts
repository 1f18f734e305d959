import { type Observable, ReplaySubject } from "rxjs";
import { type LifecycleEvent, nextLifecycle } from "./lifecycle.js";
import { describeState, type ProcessStatus, type Supervision } from "./process-status.js";

/** The facts other code may change; the rest follows from them and from events. */
export type StatusChange = Partial<Omit<ProcessStatus, "name" | "state" | "lifecycle" | "nextRestartAt">>;

/** The ordinary state of supervision. */
export const watching: Supervision = Object.freeze({ kind: "watching" });

/** Holds the present status of one process and tells every change of it once. */
export class StatusCell {
  readonly #subject = new ReplaySubject<ProcessStatus>(1);
  readonly status$: Observable<ProcessStatus> = this.#subject.asObservable();
  readonly #untold: ProcessStatus[] = [];
  #status: ProcessStatus;
  #isTelling = false;
  #hasRun = false;

  constructor(name: string) {
    this.#status = Object.freeze({
      name,
      state: "initial",
      desired: "down",
      lifecycle: "initial",
      os: "gone",
      health: "unknown",
      ready: false,
      supervision: watching,
      reason: undefined,
      pid: undefined,
      exit: undefined,
      startedAt: undefined,
      restarts: 0,
      lastError: undefined,
      nextRestartAt: undefined,
      schedule: undefined,
    });
    this.#subject.next(this.#status);
  }

  get status(): ProcessStatus {
    return this.#status;
  }

  /** Changes facts, and the lifecycle by `event`, in one step. Throws on an event that means nothing now. */
  change(change: StatusChange, event?: LifecycleEvent): void {
    const before = this.#status;
    const lifecycle = event === undefined ? before.lifecycle : nextLifecycle(before.lifecycle, event);
    if (lifecycle === undefined) {
      throw new Error(`cannot happen: ${String(event)} of ${before.name} while ${before.lifecycle}`);
    }
    if (lifecycle === "running" || lifecycle === "failed") this.#hasRun = true;
    const os = change.os ?? before.os;
    const nextRestartAt = dueOf(change.supervision ?? before.supervision);
    const state = describeState(lifecycle, os, this.#hasRun);
    const after = { ...before, ...change, lifecycle, os, state, nextRestartAt };
    if (isSame(before, after)) return;
    this.#status = Object.freeze(after);
    this.#tell(this.#status);
  }

  complete(): void {
    this.#subject.complete();
  }

  /** A subscriber may cause the next change from within this one: every subscriber still gets them in order. */
  #tell(status: ProcessStatus): void {
    this.#untold.push(status);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) this.#subject.next(next);
    this.#isTelling = false;
  }
}

function dueOf(supervision: Supervision): Date | undefined {
  if (supervision.kind === "watching") return undefined;
  return supervision.kind === "waiting" ? supervision.until : supervision.retryAt;
}

function isSame(before: ProcessStatus, after: ProcessStatus): boolean {
  const keys = Object.keys(after) as readonly (keyof ProcessStatus)[];
  return keys.every((key) => before[key] === after[key]);
}
