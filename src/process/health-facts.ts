import type { HealthReport } from "../health/health-report.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { ProcessStatus } from "./process-status.js";

/** The two uses of a health check. */
export type CheckUse = "readiness" | "liveness";

/** The last report of each check of a run; undefined before the first. */
export type CheckReports = Readonly<Partial<Record<CheckUse, HealthReport>>>;

const uses = ["readiness", "liveness"] as const satisfies readonly CheckUse[];

/** What the checks of a process that runs say about it. Without a check nobody knows, and running is all there is. */
export function healthFacts(
  template: Pick<ProcessTemplate, CheckUse>,
  reports: CheckReports,
): Pick<ProcessStatus, "health" | "ready"> {
  const asked = uses.filter((use) => template[use] !== undefined);
  const verdicts = asked.map((use) => reports[use]?.verdict ?? "starting");
  const ready = template.readiness === undefined || reports.readiness?.verdict === "healthy";
  if (asked.length === 0) return { health: "unknown", ready };
  if (verdicts.includes("unhealthy")) return { health: "unhealthy", ready };
  return { health: verdicts.includes("starting") ? "starting" : "healthy", ready };
}
