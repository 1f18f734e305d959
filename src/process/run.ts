import type { ExitCause } from "../os/exit.js";
import type { AttachedChild } from "../os/os.js";
import type { CheckReports } from "./health-facts.js";
import { RunOutput } from "./run-output.js";

/** Whether a run ends with its host, outlives it, or was started by somebody else. */
export type RunKind = "bound" | "detached" | "attached";

/** Why supervision ends a run that did not do what it should. */
export interface RunFailure {
  readonly cause: Extract<ExitCause, "unhealthy" | "over-limit" | "start-timeout" | "overran">;
  /** For people. */
  readonly reason: string;
}

/** One run of a process, from spawn or attach to its exit. A callback of an earlier run finds it is not the present one. */
export class Run {
  readonly child: AttachedChild;
  /** Counts the runs of one process. */
  readonly generation: number;
  readonly kind: RunKind;
  /** Its DROVER_ID; undefined for a process somebody else started. */
  readonly runId: string | undefined;
  readonly output: RunOutput;
  /** The last reports of its health checks. */
  checks: CheckReports = {};
  /** When it came up, by the clock of the scheduler: became ready, or without readiness began to run. */
  upSinceMs: number | undefined;
  /** Why we ended it; undefined as long as we have not tried to. */
  endCause: Extract<ExitCause, "stopped" | "killed"> | undefined;
  /** What it did wrong, when it was ended for that. */
  failure: RunFailure | undefined;
  hasEnded = false;
  /** Whether a stop has proven that nothing of its tree is left. */
  isGone = false;
  readonly #releases: (() => void)[] = [];
  readonly #endings: (() => void)[] = [];

  constructor(child: AttachedChild, generation: number, { kind, runId, output }: RunOrigin) {
    this.child = child;
    this.generation = generation;
    this.kind = kind;
    this.runId = runId;
    this.output = output ?? RunOutput.unknown;
  }

  /** Something to undo when the run has ended or is let go. */
  onRelease(release: () => void): void {
    this.#releases.push(release);
  }

  /** Something to do when the process has ended. */
  onEnd(act: () => void): void {
    this.#endings.push(act);
  }

  /** The process has ended. Its tree can still be looked at. */
  end(): void {
    for (const act of this.#endings.splice(0).reverse()) act();
    this.letGo();
  }

  /** Nobody looks at the process any more. */
  letGo(): void {
    this.hasEnded = true;
    for (const release of this.#releases.splice(0).reverse()) release();
  }
}

/** Where a run comes from. */
export interface RunOrigin {
  readonly kind: RunKind;
  readonly runId: string | undefined;
  readonly output?: RunOutput;
}
