import type { Exit } from "../os/exit.js";

/**
 * What became of a run:
 * - `succeeded`, `failed`: it ended by itself, as its exit code says; `failed` is also one that could not be started;
 * - `skipped`: the run before it was still going on;
 * - `killed`: it took longer than the longest duration, or somebody stopped it;
 * - `replaced`: it was still going on when the next one was due, and made room for it.
 */
export type RunOutcome = "succeeded" | "failed" | "skipped" | "killed" | "replaced";

/** One run of a job, or one that was due and did not take place. */
export interface ScheduledRun {
  /** When the schedule wanted it. */
  readonly dueAt: Date;
  /** Undefined when it did not start. */
  readonly startedAt: Date | undefined;
  /** Undefined while it runs. */
  readonly endedAt: Date | undefined;
  /** Undefined while it runs. */
  readonly outcome: RunOutcome | undefined;
  /** Why, in words for people. */
  readonly reason: string | undefined;
  readonly exit: Exit | undefined;
}

/** The last runs of a job, oldest first; at most one of them is going on. Frozen, like every run in it. */
export type RunHistory = readonly ScheduledRun[];

/** How a run ended. */
export interface ScheduledRunEnd {
  readonly endedAt: Date;
  readonly outcome: RunOutcome;
  readonly reason?: string | undefined;
  readonly exit?: Exit | undefined;
}

const keptRuns = 20;

export const emptyHistory: RunHistory = Object.freeze([]);

/** Adds a run that starts now. A run that was still going on must have been finished before: jobs never overlap. */
export function beginRun(history: RunHistory, dueAt: Date, startedAt: Date): RunHistory {
  if (runningRun(history) !== undefined) throw new Error("cannot happen: a run begins while another one is going on");
  return append(history, {
    dueAt,
    startedAt,
    endedAt: undefined,
    outcome: undefined,
    reason: undefined,
    exit: undefined,
  });
}

/** Finishes the run that is going on; without one, nothing changes. */
export function finishRun(history: RunHistory, { endedAt, outcome, reason, exit }: ScheduledRunEnd): RunHistory {
  const running = runningRun(history);
  if (running === undefined) return history;
  const finished = Object.freeze({ ...running, endedAt, outcome, reason, exit });
  return Object.freeze(history.map((run) => (run === running ? finished : run)));
}

/** Adds a run that was due and did not start: skipped, or failed before there was a process. */
export function addUnstartedRun(
  history: RunHistory,
  dueAt: Date,
  { endedAt, outcome, reason, exit }: ScheduledRunEnd,
): RunHistory {
  return append(history, { dueAt, startedAt: undefined, endedAt, outcome, reason, exit });
}

/** The run that is going on. */
export function runningRun(history: RunHistory): ScheduledRun | undefined {
  return history.find(({ outcome }) => outcome === undefined);
}

function append(history: RunHistory, run: ScheduledRun): RunHistory {
  const runs = [...history, Object.freeze(run)];
  // A run that is going on stays, however many were skipped since: its end is still to be told.
  const dropped = runs.length > keptRuns ? runs.findIndex(({ outcome }) => outcome !== undefined) : -1;
  return Object.freeze(dropped < 0 ? runs : runs.toSpliced(dropped, 1));
}
