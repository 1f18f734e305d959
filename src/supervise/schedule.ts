import { distinctUntilChanged, EMPTY, finalize, map, type Observable, switchMap, tap, timer } from "rxjs";
import type { ManagedProcess } from "../process/managed-process.js";
import { isSuccess, type RunEnd } from "../restart/decide-restart.js";
import { nextRun } from "../schedule/next-run.js";
import {
  addUnstartedRun,
  beginRun,
  emptyHistory,
  finishRun,
  type RunHistory,
  type RunOutcome,
  runningRun,
} from "../schedule/run-history.js";
import type { Schedule } from "../schedule/schedule.js";
import { dueTimes } from "../schedule/watch-schedule.js";
import { describeDuration } from "../units/duration.js";
import type { Behaviour, SupervisionContext } from "./behaviour.js";
import { duringEachRun, whileUnchanged } from "./runs.js";

/** Runs a process as a job whenever it is due, for as long as it is wanted. */
export const schedule: Behaviour = {
  isNeeded: ({ schedule: policy }) => policy !== undefined,
  begin: (process, context) => {
    const job = new Job(process, context);
    const armed$ = whileUnchanged(
      process,
      ({ schedule: policy }) => policy,
      (policy) => whileArmed(job, policy, context),
    );
    const all = process.ends$.subscribe((end) => job.end(end));
    all.add(armed$.subscribe());
    all.add(endOverlong(process, context).subscribe());
    all.add(() => process.noteSchedule(undefined));
    return all;
  },
};

function whileArmed(job: Job, policy: Schedule, { os }: SupervisionContext): Observable<unknown> {
  const times$ = (): Observable<Date> => {
    job.tell(policy);
    return dueTimes(policy, os.scheduler, () => os.host.now()).pipe(tap((dueAt) => void job.begin(dueAt, policy)));
  };
  return job.process.status$.pipe(
    map(({ desired }) => desired === "up"),
    distinctUntilChanged(),
    switchMap((isArmed) => (isArmed ? times$().pipe(finalize(() => job.tell(undefined))) : EMPTY)),
  );
}

/** Ends a run that takes longer than the schedule allows. */
function endOverlong(process: ManagedProcess, { os }: SupervisionContext): Observable<unknown> {
  return duringEachRun(process, {
    part: ({ schedule: policy }) => policy?.maxDurationMs,
    watch: (longestMs) => {
      const reason = `the job took longer than its longest duration, ${describeDuration(longestMs)}`;
      const end = (): void => void process.commands.replace({ cause: "overran", reason });
      return timer(longestMs, os.scheduler).pipe(tap(end));
    },
  });
}

/** The runs of one process that has a schedule. */
class Job {
  readonly process: ManagedProcess;
  readonly #host: SupervisionContext["os"]["host"];
  #history: RunHistory = emptyHistory;
  #policy: Schedule | undefined;
  /** Whether the run that is going on has to make room for the next one. */
  #isMakingRoom = false;

  constructor(process: ManagedProcess, { os }: SupervisionContext) {
    this.process = process;
    this.#host = os.host;
  }

  /** A run is due now. */
  async begin(dueAt: Date, policy: Schedule): Promise<void> {
    if (this.#isGoingOn()) {
      if (policy.overlap === "SKIP" || this.#isMakingRoom) return this.#skip(dueAt, policy);
      await this.#makeRoom();
      if (this.#isGoingOn() || this.process.status.desired === "down") return this.#skip(dueAt, policy);
    }
    this.#history = beginRun(this.#history, dueAt, new Date(this.#host.now()));
    this.tell(policy);
    this.process.commands.attempts = 0;
    await this.process.commands.startUnasked({ isDue: true, reason: "its schedule has started it" });
    // Given up for a stop, it has never run, and no end is told.
    if (!this.#isAlive()) this.#finish({ outcome: "killed", reason: "it was stopped before it ran" });
  }

  /** A run has ended, or could not be started. */
  end(end: RunEnd): void {
    const { exit, failure } = end;
    this.#finish({ outcome: this.#outcomeOf(end), reason: failure, exit });
  }

  /** Tells what is known; without a policy there is no next run. */
  tell(policy: Schedule | undefined): void {
    this.#policy = policy;
    if (policy === undefined && this.#history.length === 0) return this.process.noteSchedule(undefined);
    const nextRunAt = policy === undefined ? undefined : nextRun(policy, this.#host.now());
    this.process.noteSchedule(Object.freeze({ nextRunAt, runs: this.#history }));
  }

  async #makeRoom(): Promise<void> {
    this.#isMakingRoom = true;
    try {
      await this.process.commands.replace({ cause: "overran", reason: "its next run was due" });
    } finally {
      this.#isMakingRoom = false;
    }
  }

  #skip(dueAt: Date, policy: Schedule): void {
    const reason = "the run before it was still going on";
    const endedAt = new Date(this.#host.now());
    this.#history = addUnstartedRun(this.#history, dueAt, { endedAt, outcome: "skipped", reason });
    this.tell(policy);
  }

  #finish(end: { outcome: RunOutcome; reason: string | undefined; exit?: RunEnd["exit"] }): void {
    if (runningRun(this.#history) === undefined) return;
    this.#history = finishRun(this.#history, { endedAt: new Date(this.#host.now()), ...end });
    this.tell(this.#policy);
  }

  #outcomeOf(end: RunEnd): RunOutcome {
    const cause = end.exit?.cause;
    if (cause === "overran") return this.#isMakingRoom ? "replaced" : "killed";
    if (cause === "stopped" || cause === "killed") return "killed";
    return isSuccess(end, this.process.template.restart) ? "succeeded" : "failed";
  }

  /** Whether there is a run, or one that has been begun and waits, as for the leftovers of the one before to end. */
  #isGoingOn(): boolean {
    return this.#isAlive() || runningRun(this.#history) !== undefined;
  }

  #isAlive(): boolean {
    const { lifecycle } = this.process.status;
    return lifecycle === "starting" || lifecycle === "running" || lifecycle === "stopping";
  }
}
