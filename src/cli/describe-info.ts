import type { CheckInfo, ExitInfo, ProcessInfo, ScheduleInfo } from "../api/process-info.js";
import { describeDuration } from "../units/duration.js";
import type { Terminal } from "./terminal.js";

export const listTitles = ["NAME", "STATE", "PID", "UPTIME", "RESTARTS", "CPU", "MEMORY", "HEALTH", "GROUP", "NOTE"];

/** The cells of a process in a list. */
export function describeInList(info: ProcessInfo, terminal: Terminal): string[] {
  const { name, pid, restartCount, cpu, memory, health, group, isRunning } = info;
  // What lives uses memory: 0 has not been measured yet.
  const isMeasured = isRunning && memory > 0;
  return [
    name,
    terminal.style(colourOf(info), info.state),
    pid === 0 ? "-" : String(pid),
    isRunning ? describeDuration(info.uptime) : "-",
    String(restartCount),
    isMeasured ? `${cpu}%` : "-",
    isMeasured ? describeBytes(memory) : "-",
    describeHealth(health, terminal),
    group === "" ? "-" : group,
    noteOn(info),
  ];
}

/** Green lives, yellow needs a look, red failed. */
function colourOf(info: ProcessInfo): Parameters<Terminal["style"]>[0] {
  const { state, isRunning, supervision } = info;
  if (state === "stopped" || state === "unavailable" || supervision === "waiting") return "yellow";
  if (isRunning) return "green";
  return hasFailed(info) ? "red" : "dim";
}

function hasFailed({ exit, lastError, supervision }: ProcessInfo): boolean {
  const exitedBadly = exit?.cause === "signaled" || (exit?.cause === "exited" && exit.code !== 0);
  return supervision === "gave-up" || lastError !== "" || exitedBadly;
}

function describeHealth(health: ProcessInfo["health"], terminal: Terminal): string {
  const styles = { unknown: "dim", starting: "yellow", healthy: "green", unhealthy: "red" } as const;
  return terminal.style(styles[health], health === "unknown" ? "-" : health);
}

/** What a list has to say about a process that is not simply as it was asked for. */
function noteOn({ enabled, desired, isRunning, reason, lastError, schedule }: ProcessInfo): string {
  if (!enabled) return "disabled";
  if (isRunning) return "";
  if (schedule?.nextRun != null) return `next run ${describeMoment(schedule.nextRun)}`;
  if (desired === "down") return "";
  const [first = ""] = (reason === "" ? lastError : reason).split("\n");
  return first;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

export function describeBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[power]}`;
}

/** A time of the API in local time. */
export function describeMoment(at: string): string {
  const date = new Date(at);
  const two = (amount: number): string => String(amount).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** An exit in words: `exit code 3`, `SIGKILL`, and what caused it if it was not by itself. */
export function describeExitInfo({ code, signal, cause }: ExitInfo): string {
  const how = signal !== "" ? signal : code === null ? "unknown exit" : `exit code ${code}`;
  return cause === "exited" || cause === "signaled" || cause === "unknown" ? how : `${how} (${cause})`;
}

export function describeCheck({ use, verdict, failures, checks, lastFailure }: CheckInfo): string {
  const failing = failures > 0 ? `, ${failures} failed in a row` : "";
  const last = lastFailure === "" ? "" : `; last failure: ${lastFailure}`;
  return `${use} ${verdict} after ${checks} ${checks === 1 ? "check" : "checks"}${failing}${last}`;
}

export function describeSchedule({ cron, timezone, nextRun }: ScheduleInfo): string {
  return `${cron} (${timezone}), ${nextRun === null ? "not armed" : `next run ${describeMoment(nextRun)}`}`;
}

/** A command line as a shell would have to be given it. */
export function describeCommandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
