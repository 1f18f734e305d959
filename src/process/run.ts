import type { ExitCause } from "../os/exit.js";
import type { AttachedChild } from "../os/os.js";

/** One run of a process, from spawn or attach to its exit. A callback of an earlier run finds it is not the present one. */
export class Run {
  readonly child: AttachedChild;
  /** Counts the runs of one process. */
  readonly generation: number;
  /** Whether somebody else started the process. */
  readonly isAttached: boolean;
  /** Why we ended it; undefined as long as we have not tried to. */
  endCause: Extract<ExitCause, "stopped" | "killed"> | undefined;
  hasEnded = false;
  /** Whether a stop has proven that nothing of its tree is left. */
  isGone = false;
  readonly #releases: (() => void)[] = [];

  constructor(child: AttachedChild, generation: number, isAttached: boolean) {
    this.child = child;
    this.generation = generation;
    this.isAttached = isAttached;
  }

  /** Something to undo when the run has ended or is let go. */
  onEnd(release: () => void): void {
    this.#releases.push(release);
  }

  /** Undoes everything, in reverse. The tree of the child can still be looked at. */
  end(): void {
    this.hasEnded = true;
    for (const release of this.#releases.splice(0).reverse()) release();
  }
}
