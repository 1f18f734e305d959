import { createRequire } from "node:module";
import type { Cron } from "croner";
import { ProcessError } from "../errors.js";
import type { Schedule } from "./schedule.js";

// Loaded at the first schedule: most programs have none. require is synchronous, so a template can be checked in one call.
const require = createRequire(import.meta.url);

/** What a cron expression looks like, in words that complete "expected …". */
export const cronForms =
  '5 fields such as "0 3 * * *" (every day at 3:00), 6 with seconds first, or a word such as "@daily"';

/** Before every schedule, so that the answer does not depend on the day a template is read. */
const longAgo = new Date("2000-01-01T00:00:00Z");

/**
 * The first due time after a moment, given in milliseconds since 1970; undefined when there is none. A time of day that
 * the clocks skip in spring is due when they have been put forward; one that comes twice in autumn is due the first
 * time. What is due every so many minutes or hours is due in both hours.
 *
 * @throws ProcessError INVALID_TEMPLATE for what `checkCron` complains about
 */
export function nextRun({ cron, timezone }: Pick<Schedule, "cron" | "timezone">, afterMs: number): Date | undefined {
  try {
    return parse(cron, timezone).nextRun(new Date(afterMs)) ?? undefined;
  } catch (error) {
    const problem = checkCron(cron, timezone) ?? messageOf(error);
    throw new ProcessError("INVALID_TEMPLATE", `schedule: ${problem}`, { cause: error });
  }
}

/** What is wrong with a cron expression or its time zone, what was expected and an example; undefined when nothing is. */
export function checkCron(cron: string, timezone = "UTC"): string | undefined {
  if (!isTimezone(timezone)) {
    return `unknown time zone ${JSON.stringify(timezone)}; expected a name such as "Europe/Vienna" or "UTC"`;
  }
  const reason = cronProblem(cron);
  return reason === undefined ? undefined : `cron ${JSON.stringify(cron)}: ${reason}; expected ${cronForms}`;
}

/** Why a cron expression cannot be used, in words that follow it; undefined when it can. */
export function cronProblem(cron: string): string | undefined {
  const text = cron.trim();
  const count = text === "" ? 0 : text.split(/\s+/).length;
  if (!text.startsWith("@") && count !== 5 && count !== 6) {
    return `it has ${count} ${count === 1 ? "field" : "fields"}`;
  }
  try {
    // With the zone of the schedule a day may be skipped altogether; here only the expression is in question.
    return parse(cron, "UTC").nextRun(longAgo) === null ? "no day fits it, so it would never run" : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function parse(cron: string, timezone: string): Cron {
  const { Cron } = require("croner") as typeof import("croner");
  return new Cron(cron, { timezone, paused: true, mode: "5-or-6-parts" });
}

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^CronPattern: /, "").replace(/\.$/, "");
}
