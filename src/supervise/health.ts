import { catchError, defer, type Observable, of } from "rxjs";
import { ProcessError } from "../errors.js";
import { createProbe } from "../health/create-probe.js";
import type { HealthCheck } from "../health/health-check.js";
import { type HealthReport, initialReport } from "../health/health-report.js";
import { watchHealth } from "../health/watch-health.js";
import type { CheckUse } from "../process/health-facts.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Behaviour, SupervisionContext } from "./behaviour.js";
import { duringEachRun } from "./runs.js";

/** Asks whether the process is ready, which holds up its start and its dependents, and never ends it. */
export const readiness: Behaviour = {
  isNeeded: ({ readiness: check }) => check !== undefined,
  begin: (process, context) =>
    duringEachRun(process, {
      part: ({ readiness: check }) => check,
      watch: (check) => reports(process, "readiness", check, context),
    }).subscribe((report) => process.noteCheck("readiness", report)),
};

/** Asks whether the process still works, from when it was ready first, and ends it when it does not. */
export const liveness: Behaviour = {
  isNeeded: ({ liveness: check }) => check !== undefined,
  begin: (process, context) =>
    duringEachRun(process, {
      part: ({ liveness: check }) => check,
      watch: (check) => reports(process, "liveness", check, context),
      begins: ({ ready }) => ready,
    }).subscribe((report) => actOn(process, report)),
};

function actOn(process: ManagedProcess, report: HealthReport): void {
  process.noteCheck("liveness", report);
  if (report.verdict !== "unhealthy") return;
  const reason = `its liveness check failed ${times(report.failures)}: ${report.lastFailure ?? "for no known reason"}`;
  void process.commands.replace({ cause: "unhealthy", reason });
}

function reports(
  process: ManagedProcess,
  use: CheckUse,
  check: HealthCheck,
  { os, warn }: SupervisionContext,
): Observable<HealthReport> {
  // What a process wrote under an earlier manager was seen by that one; it will hardly write it again.
  if (check.check.kind === "output" && process.output?.isKnown !== true) {
    return of(Object.freeze({ ...initialReport, verdict: "healthy" }));
  }
  return defer(() =>
    watchHealth(check, createProbe(check.check, process.probeSubject()), { scheduler: os.backgroundScheduler }),
  ).pipe(
    // A check that cannot be made tells nothing about the process: whoever wrote it must hear of it.
    catchError((reason: unknown) => {
      const error = ProcessError.from(reason);
      warn(`${process.name}: ${use} cannot be checked: ${error.message}`, error);
      return of(Object.freeze({ ...initialReport, lastFailure: error.message }));
    }),
  );
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times in a row`;
}
