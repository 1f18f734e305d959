import { isComplaint } from "../../template/complaint.js";
import { noEffect } from "../apply.js";
import type { Found, Verdict } from "../format.js";
import { numberOf, readKind, wordOf } from "../kind.js";

export function setRestart({ draft, value, path }: Found): undefined {
  if (value === false) draft.set("restart.mode", "NEVER", path);
}

/** What PM2 takes for `max_restarts` when it is left out, or 0. */
const usualRestarts = 16;
const usualUptimeMs = 1000;

/** More than any process will ever need: PM2 has no word for no limit. */
export const anyNumber = 1_000_000_000;

/** It is the number of starts after which PM2 gives up, when the process has never been up for `min_uptime`. */
export function setMaxRestarts({ draft, entry, value, path }: Found): Verdict | undefined {
  if (numberOf(value) >= anyNumber) return noEffect("any number of restarts");
  const read = readKind("count", value);
  if (isComplaint(read)) return void draft.complain(path, read);
  const starts = read.value === 0 ? usualRestarts : Number(read.value);
  const window = `${windowMs(starts, entry) / 1000} s of the first start`;
  if (isOutOfReach(starts, entry)) return noEffect(`PM2 never gives up, as it counts ends within ${window}`);
  draft.set("restart.maxRestarts", starts < 1 ? read.value : Math.max(1, starts - 1), path);
  const zero = read.value === 0 ? `0 means ${usualRestarts} to PM2; ` : "";
  const one = starts === 1 ? "one restart, as drover would else not restart a process that was up" : `${starts} starts`;
  return { outcome: "approximated", note: `${zero}${one}; PM2 counts only ends within ${window}` };
}

/** Whether the delays alone take longer than PM2 counts ends. */
export function isOutOfReach(starts: number, app: Record<string, unknown>): boolean {
  return delaysBefore(starts, app) >= windowMs(starts, app);
}

const windowMs = (starts: number, app: Record<string, unknown>): number => starts * uptimeOf(app);

function uptimeOf(entry: Record<string, unknown>): number {
  const [, amount, unit] = /^(\d+)([hms]?)$/.exec(wordOf(entry["min_uptime"])) ?? [];
  const factor = { h: 3_600_000, m: 60_000, s: 1000 }[unit ?? ""] ?? 1;
  const uptimeMs = Number(amount ?? 0) * factor;
  return uptimeMs === 0 ? usualUptimeMs : uptimeMs;
}

/** Growing delays grow by this, up to that. */
export const growth = 1.5;
export const longestDelayMs = 15_000;

/** Milliseconds that PM2 waits from the first start to the given one, in all. */
function delaysBefore(starts: number, entry: Record<string, unknown>): number {
  const growing = millisecondsOf(entry["exp_backoff_restart_delay"]);
  if (growing === 0) return millisecondsOf(entry["restart_delay"]) * (starts - 1);
  let delay = growing;
  let sum = 0;
  let left = starts - 1;
  for (; left > 0 && delay < longestDelayMs && delay * growth >= delay + 1; left -= 1) {
    sum += delay;
    delay = Math.floor(Math.min(longestDelayMs, delay * growth));
  }
  return sum + delay * left;
}

const millisecondsOf = (value: unknown): number => Number(/^\d+/.exec(wordOf(value))?.[0] ?? 0);

export function setDelay({ draft, value, path }: Found): undefined {
  for (const end of ["initial", "max"]) draft.set(`restart.backoff.${end}`, value, path);
}

/** After this time up PM2 begins with the first delay again. */
const growsAnewAfter = "30s";

export function setGrowing({ draft, value, path }: Found): Verdict | undefined {
  draft.set("restart.backoff.initial", value, path);
  draft.set("restart.backoff.max", Number.parseFloat(wordOf(value)) > longestDelayMs ? value : "15s", path);
  draft.set("restart.backoff.multiplier", growth, path);
  if (draft.has("restart.maxRestarts")) {
    const note = "the delay begins anew after min_uptime, as the count of restarts does; in PM2 after 30 s";
    return { outcome: "approximated", note };
  }
  draft.set("restart.resetAfter", growsAnewAfter, path);
  return undefined;
}

export function setExitCodes({ draft, value, path }: Found): Verdict | undefined {
  if (draft.get("restart.mode") === "NEVER") return noEffect("it is never restarted");
  const codes: readonly unknown[] = Array.isArray(value) ? value : [value];
  draft.set("restart.mode", "ON_FAILURE", path);
  draft.set("restart.successExitCodes", codes.map(readCode), path);
  return undefined;
}

const readCode = (code: unknown): unknown => (/^\d+$/.test(wordOf(code)) ? Number(code) : code);
