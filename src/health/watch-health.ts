import {
  BehaviorSubject,
  defer,
  expand,
  filter,
  finalize,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  skip,
  switchMap,
  take,
  timer,
} from "rxjs";
import { askOnce, oneAtATime } from "./ask-once.js";
import { type CheckPlan, firstPlan, isExtra, planAfter } from "./check-plan.js";
import type { HealthCheck } from "./health-check.js";
import { type CheckOutcome, type HealthReport, initialReport, nextReport } from "./health-report.js";
import type { Probe, ProbeHandle } from "./probe.js";

/** What all checks of one watch have in common. */
interface Watch {
  readonly policy: HealthCheck;
  readonly ask: Probe;
  /** How many changes the probe has told of. */
  readonly changes$: BehaviorSubject<number>;
  readonly startedMs: number;
  readonly scheduler: SchedulerLike;
}

/** What is known after a check, and when the next one is due. */
interface Round {
  readonly report: HealthReport;
  readonly plan: CheckPlan;
  /** How many changes the probe had told of when the check began. */
  readonly changes: number;
}

/**
 * Checks a process again and again: at once, then every interval, never two at a time. While the verdict is `starting`
 * extra checks make it soon known that the process is up; when they fail, they do not count.
 *
 * Emits a report after each check. Cold, not shared, replays nothing; never completes or errors. The end of the
 * subscription aborts the check in flight and closes the probe: subscribe once.
 */
export function watchHealth(
  policy: HealthCheck,
  probe: ProbeHandle,
  { scheduler }: { readonly scheduler: SchedulerLike },
): Observable<HealthReport> {
  return defer(() => {
    const startedMs = scheduler.now();
    const changes$ = new BehaviorSubject(0);
    const counting = probe.changed$?.subscribe({
      next: () => changes$.next(changes$.value + 1),
      error: () => undefined,
    });
    const watch: Watch = { policy, ask: oneAtATime(probe.ask), changes$, startedMs, scheduler };
    const start: Round = { report: initialReport, plan: firstPlan(startedMs), changes: changes$.value };
    return of(start).pipe(
      expand((round) => whenDue(round, watch).pipe(switchMap((plan) => check({ ...round, plan }, watch)))),
      skip(1),
      map(({ report }) => report),
      finalize(() => {
        counting?.unsubscribe();
        probe.close();
      }),
    );
  });
}

/** Emits once, when the next check is due or the probe tells of a change: the plan the check is then part of. */
function whenDue({ plan, changes }: Round, { changes$, scheduler }: Watch): Observable<CheckPlan> {
  const now = scheduler.now();
  if (plan.atMs <= now) return of(plan);
  const due$ = timer(plan.atMs - now, scheduler).pipe(map(() => plan));
  const changed$ = changes$.pipe(
    filter((count) => count > changes),
    map(() => ({ ...plan, atMs: Math.min(plan.atMs, scheduler.now()) })),
  );
  return merge(changed$, due$).pipe(take(1));
}

/** Asks once; emits the round after it. */
function check({ report, plan }: Round, { policy, ask, changes$, startedMs, scheduler }: Watch): Observable<Round> {
  const changes = changes$.value;
  const beganMs = scheduler.now();
  return askOnce(ask, policy.timeoutMs, scheduler).pipe(
    map((answer) => {
      const endedMs = scheduler.now();
      const outcome: CheckOutcome = { ...answer, at: new Date(endedMs), isExtra: isExtra(plan, endedMs) };
      const next = nextReport(report, outcome, beganMs - startedMs, policy);
      const answered = { beganMs, endedMs, healthy: answer.healthy, isStarting: next.verdict === "starting" };
      return { report: next, plan: planAfter(plan, answered, policy.intervalMs), changes };
    }),
  );
}
