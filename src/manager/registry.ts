import { concat, defer, filter, from, mergeMap, type Observable, Subject } from "rxjs";
import { ProcessError } from "../errors.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessNotification } from "../process/process-status.js";
import type { MembershipChange } from "./process-manager.js";

/** The processes of a manager by name: one name, one process. */
export class Registry {
  readonly #processes = new Map<string, ManagedProcess>();
  readonly #changes = new Subject<MembershipChange>();
  /** Present processes first, then changes; completes with `complete`. */
  readonly processes$: Observable<MembershipChange>;
  /** State changes of the processes with `notify`. */
  readonly notifications$: Observable<ProcessNotification>;

  constructor() {
    this.processes$ = defer(() => concat(from(this.all().map(added)), this.#changes));
    this.notifications$ = this.processes$.pipe(
      filter(({ type, process }) => type === "added" && process.template.notify),
      mergeMap(({ process }) => process.notifications$),
    );
  }

  get(name: string): ManagedProcess | undefined {
    return this.#processes.get(name);
  }

  all(): readonly ManagedProcess[] {
    return [...this.#processes.values()];
  }

  /** Throws NAME_TAKEN when there is a process of this name. */
  requireFree(name: string): void {
    if (!this.#processes.has(name)) return;
    const text = `there is a process named "${name}" already; delete it first or choose another name`;
    throw new ProcessError("NAME_TAKEN", text, { process: name });
  }

  add(process: ManagedProcess): void {
    this.requireFree(process.name);
    this.#processes.set(process.name, process);
    this.#changes.next(added(process));
  }

  remove(process: ManagedProcess): void {
    if (this.#processes.get(process.name) !== process) return;
    this.#processes.delete(process.name);
    this.#changes.next(Object.freeze({ type: "removed", process }));
  }

  complete(): void {
    this.#changes.complete();
  }
}

function added(process: ManagedProcess): MembershipChange {
  return Object.freeze({ type: "added", process });
}
