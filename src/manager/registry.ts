import { filter, mergeMap, Observable, Subject } from "rxjs";
import { ProcessError } from "../errors.js";
import { type Identity, sameIdentity } from "../os/identity.js";
import type { AttachedChild } from "../os/os.js";
import { isAlive } from "../os/os-state.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import type { MembershipChange } from "./process-manager.js";

/** The processes of a manager by name: one name, one process. */
export class Registry {
  readonly #processes = new Map<string, ManagedProcess>();
  /** By the name of the template they are made from: every start asks for those it depends on. */
  readonly #families = new Map<string, Set<ManagedProcess>>();
  /** Processes of deleted handles that may still run. */
  readonly #ghosts = new Map<string, AttachedChild>();
  readonly #changes = new Subject<MembershipChange>();
  /** Present processes first, then changes; completes with `complete`. */
  readonly processes$: Observable<MembershipChange>;
  /** State changes of the processes with `notify`. */
  readonly notifications$: Observable<ProcessNotification>;

  constructor() {
    // Changes first: what a subscriber adds while it is told the present ones must not get lost.
    this.processes$ = new Observable((subscriber) => {
      const told = new Set<Process>();
      const tell = (change: MembershipChange): void => {
        if (change.type === "added" && told.has(change.process)) return;
        told.add(change.process);
        subscriber.next(change);
      };
      const subscription = this.#changes.subscribe({ next: tell, complete: () => subscriber.complete() });
      for (const process of this.all()) tell(added(process));
      return subscription;
    });
    this.notifications$ = this.processes$.pipe(
      filter(({ type, process }) => type === "added" && process.template.notify),
      mergeMap(({ process }) => process.notifications$),
    );
  }

  get(name: string): ManagedProcess | undefined {
    return this.#processes.get(name);
  }

  /** The processes made from the template of this name, in the order they were made. */
  inFamily(name: string): readonly ManagedProcess[] {
    return [...(this.#families.get(name) ?? [])];
  }

  all(): readonly ManagedProcess[] {
    return [...this.#processes.values()];
  }

  /**
   * Throws NAME_TAKEN when there is a process of this name, or one that was deleted still runs: two of one name must
   * never live. That very process may be attached under its old name again.
   */
  requireFree(name: string, identity?: Identity): void {
    const ghost = this.#ghosts.get(name);
    if (ghost !== undefined && isAlive(ghost.sample())) {
      if (identity !== undefined && sameIdentity(ghost.identity, identity)) return;
      const text = `"${name}" was deleted, but its process ${ghost.identity.pid} still runs; end it, or attach to it`;
      throw new ProcessError("NAME_TAKEN", text, { process: name });
    }
    if (!this.#processes.has(name)) return;
    const text = `there is a process named "${name}" already; delete it first or choose another name`;
    throw new ProcessError("NAME_TAKEN", text, { process: name });
  }

  add(process: ManagedProcess): void {
    this.requireFree(process.name, process.identity);
    this.#processes.set(process.name, process);
    const family = this.#families.get(process.family) ?? new Set();
    this.#families.set(process.family, family.add(process));
    this.#changes.next(added(process));
  }

  remove(process: ManagedProcess): void {
    if (this.#processes.get(process.name) !== process) return;
    this.#processes.delete(process.name);
    this.#families.get(process.family)?.delete(process);
    this.#changes.next(Object.freeze({ type: "removed", process }));
  }

  /** Remembers the process of a deleted handle for as long as it lives. */
  keepGhost(name: string, child: AttachedChild): void {
    this.#ghosts.set(name, child);
    void child.exit.then(() => {
      if (this.#ghosts.get(name) === child) this.#ghosts.delete(name);
    });
  }

  complete(): void {
    for (const ghost of this.#ghosts.values()) ghost.release();
    this.#ghosts.clear();
    this.#changes.complete();
  }
}

function added(process: ManagedProcess): MembershipChange {
  return Object.freeze({ type: "added", process });
}
