import type { ProcessTemplate } from "../../template/process-template.js";
import { dnsLabel } from "./text.js";

type Kind = "Deployment" | "Job" | "CronJob";

export function kindOf({ restart, schedule }: ProcessTemplate): Kind {
  if (schedule !== undefined) return cronOf(schedule.cron) === undefined ? "Job" : "CronJob";
  return restart.mode === "NEVER" ? "Job" : "Deployment";
}

/** The jobs of a CronJob are named after it, with eleven characters more. */
const longestName = { Deployment: 63, Job: 63, CronJob: 52 } as const;

export function objectName(template: ProcessTemplate): string {
  return dnsLabel(template.name, longestName[kindOf(template)]);
}

/** The five fields that Kubernetes knows; undefined for times it has not. */
export function cronOf(cron: string): string | undefined {
  const words = cron.trim().split(/\s+/);
  const isMinutely = words.length === 5 || (words.length === 6 && /^\d+$/.test(words[0] ?? ""));
  return isMinutely && !/[LW#?]/i.test(words.join("").replace(/jul|wed/gi, "")) ? words.slice(-5).join(" ") : undefined;
}
