import type { HealthCheck } from "./health-check.js";

/** Whether a process works, as its checks so far decide. `starting`: not enough of them have decided yet. */
export type HealthVerdict = "starting" | "healthy" | "unhealthy";

/** What the checks of a process have shown so far; frozen. */
export interface HealthReport {
  readonly verdict: HealthVerdict;
  /** Failed checks in a row, those that do not count left out. */
  readonly failures: number;
  /** Succeeded checks in a row. */
  readonly successes: number;
  /** How often the process was asked. */
  readonly checks: number;
  /** When the last check was answered, or given up. */
  readonly lastCheckAt: Date | undefined;
  /** Why the last check that failed did; kept when others succeed after it. */
  readonly lastFailure: string | undefined;
}

/** What came of one check. */
export type CheckOutcome = Answer & {
  readonly at: Date;
  /** Whether it was asked between two regular checks: its failure then does not bring the process nearer to unhealthy. */
  readonly isExtra: boolean;
};

/** What a process has answered to one question, or why it has not, for people. */
export type Answer = { readonly healthy: true } | { readonly healthy: false; readonly reason: string };

/** The report before the first check. */
export const initialReport: HealthReport = Object.freeze({
  verdict: "starting",
  failures: 0,
  successes: 0,
  checks: 0,
  lastCheckAt: undefined,
  lastFailure: undefined,
});

type Thresholds = Pick<HealthCheck, "startPeriodMs" | "failureThreshold" | "successThreshold">;

/**
 * The report after one more check: `successThreshold` successes in a row make a process healthy, `failureThreshold`
 * failures in a row unhealthy. Failures before the end of the start period do not count, unless one success has ended it.
 *
 * @param sinceStartMs from the first check to the beginning of this one
 */
export function nextReport(
  report: HealthReport,
  outcome: CheckOutcome,
  sinceStartMs: number,
  policy: Thresholds,
): HealthReport {
  const seen = { checks: report.checks + 1, lastCheckAt: outcome.at };
  if (outcome.healthy) {
    const successes = report.successes + 1;
    const verdict = successes >= policy.successThreshold ? "healthy" : report.verdict;
    return Object.freeze({ ...seen, verdict, failures: 0, successes, lastFailure: report.lastFailure });
  }
  const isExcused = outcome.isExtra || (sinceStartMs < policy.startPeriodMs && !hasAnswered(report));
  const failures = report.failures + (isExcused ? 0 : 1);
  const verdict = failures >= policy.failureThreshold ? "unhealthy" : report.verdict;
  return Object.freeze({ ...seen, verdict, failures, successes: 0, lastFailure: outcome.reason });
}

/** Whether a success has ended the start period: only after one is anything counted within it. */
function hasAnswered({ verdict, failures, successes }: HealthReport): boolean {
  return verdict !== "starting" || failures > 0 || successes > 0;
}
