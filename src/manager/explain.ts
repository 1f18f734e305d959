import { describeExit } from "../os/exit.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessStatus } from "../process/process-status.js";
import type { Schedule } from "../schedule/schedule.js";
import { describeDuration } from "../units/duration.js";
import { missingDependencies, type Relatives } from "./dependency-gate.js";

/** Why a process is as it is. */
export interface Explanation {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** What is known, most important first: a word and what there is to say. */
  readonly facts: readonly (readonly [label: string, text: string])[];
}

/** Gathers why a process is as it is, for people. `nowMs` is the time of day. */
export function explainProcess(process: ManagedProcess, relatives: Relatives, nowMs: number): Explanation {
  const missing = missingDependencies(process, relatives);
  const facts = [
    ...lifeFacts(process, nowMs),
    ...(missing.length > 0 && process.status.lifecycle !== "running"
      ? [["waits for", missing.join(", ")] as const]
      : []),
    ...supervisionFacts(process, nowMs),
    ...checkFacts(process),
    ...crashFacts(process, nowMs),
  ];
  return Object.freeze({ name: process.name, summary: summarise(process, missing, nowMs), facts });
}

function summarise(process: ManagedProcess, missing: readonly string[], nowMs: number): string {
  const { status, name } = process;
  switch (status.lifecycle) {
    case "running":
    case "stopping":
      return summariseRunning(process);
    case "starting":
      return `${name} is being started${missing.length > 0 ? `, and waits for ${missing.join(" and for ")}` : ""}.`;
    default:
      return `${name} ${whyDown(process, nowMs)}.`;
  }
}

/** Why nothing runs, in words that follow the name. */
function whyDown(process: ManagedProcess, nowMs: number): string {
  const { status, template } = process;
  const { desired, supervision, reason, lastError } = status;
  if (!template.enabled) return "does not run: its template says enabled: false";
  if (desired === "down") return `does not run: ${whyUnwanted(process, nowMs)}`;
  if (supervision.kind === "waiting") {
    return `does not run: ${supervision.reason} (${timeLeft(supervision.until, nowMs)})`;
  }
  if (supervision.kind === "gave-up") return `does not run: ${supervision.reason}. ${whatHelps(supervision, nowMs)}`;
  if (template.schedule !== undefined) return `is a job that waits for its next time${nextTime(process, nowMs)}`;
  return `does not run: ${reason ?? lastError?.message ?? "it has ended"}`;
}

function whyUnwanted({ status, commands }: ManagedProcess, nowMs: number): string {
  const { lifecycle, exit } = status;
  const when = exit === undefined ? "" : ` ${ago(exit.at, nowMs)}`;
  if (lifecycle !== "initial" || commands.isHeldDown) return `it was stopped${when}, and stays so until it is started`;
  return "nobody has started it, and it is not marked runOnStartup";
}

function whatHelps({ retryAt }: { readonly retryAt: Date | undefined }, nowMs: number): string {
  return retryAt === undefined ? "Start it to try again" : `It is tried again ${inTime(retryAt, nowMs)}`;
}

function nextTime({ status }: ManagedProcess, nowMs: number): string {
  const nextRunAt = status.schedule?.nextRunAt;
  return nextRunAt === undefined ? "" : `, ${inTime(nextRunAt, nowMs)}`;
}

function summariseRunning({ name, status, checks }: ManagedProcess): string {
  const pid = status.pid === undefined ? "" : ` as PID ${status.pid}`;
  if (status.lifecycle === "stopping") return summariseStopping(status);
  if (!status.ready) {
    const failure = checks.readiness?.lastFailure;
    const what = failure === undefined ? "has not succeeded yet" : `failed: ${failure}`;
    return `${name} runs${pid}, but is not ready: its readiness check ${what}.`;
  }
  return status.health === "unhealthy"
    ? `${name} runs${pid}, but is unhealthy: its liveness check failed: ${checks.liveness?.lastFailure ?? "nobody knows why"}.`
    : `${name} runs${pid}${status.health === "healthy" ? " and is healthy" : ""}.`;
}

function summariseStopping({ name, desired, reason }: ProcessStatus): string {
  if (desired === "down") return `${name} is being stopped.`;
  return `${name} is being stopped, to be started again${reason === undefined ? "" : `: ${reason}`}.`;
}

type Fact = readonly [label: string, text: string];

function lifeFacts({ status, template, uptime }: ManagedProcess, nowMs: number): readonly Fact[] {
  const { exit } = status;
  return [
    ["desired", status.desired],
    ["lifecycle", status.lifecycle === status.state ? status.state : `${status.lifecycle} (${status.state})`],
    ...(status.pid === undefined ? [] : [["up for", describeDuration(uptime)] as const]),
    ...(status.health === "unknown"
      ? []
      : [["health", `${status.health}${status.ready ? ", ready" : ", not ready"}`] as const]),
    ...(exit === undefined
      ? []
      : [["last exit", `${describeExit(exit)}, ${exit.cause}, ${ago(exit.at, nowMs)}`] as const]),
    ...(status.lastError === undefined ? [] : [["last error", status.lastError.message] as const]),
    ...(template.schedule === undefined ? [] : [["schedule", describeSchedule(template.schedule)] as const]),
    ...(status.schedule?.nextRunAt === undefined
      ? []
      : [["next run", inTime(status.schedule.nextRunAt, nowMs)] as const]),
  ];
}

function describeSchedule({ cron, timezone }: Schedule): string {
  return `${cron} (${timezone})`;
}

function supervisionFacts({ status, commands, template }: ManagedProcess, nowMs: number): readonly Fact[] {
  const { supervision, reason } = status;
  const { mode, maxRestarts } = template.restart;
  const limit = maxRestarts === "unlimited" ? "any number of restarts" : `at most ${maxRestarts} in a row`;
  return [
    ["restart policy", mode === "NEVER" ? mode : `${mode}, ${limit}`],
    ...(commands.attempts > 0 ? [["restarts in a row", String(commands.attempts)] as const] : []),
    ...(status.restarts > 0 ? [["restarts", String(status.restarts)] as const] : []),
    ...(reason === undefined ? [] : [["reason", reason] as const]),
    ...(status.nextRestartAt === undefined ? [] : [["next restart", inTime(status.nextRestartAt, nowMs)] as const]),
    ...(supervision.kind === "gave-up" ? [["gave up", supervision.reason] as const] : []),
  ];
}

function checkFacts({ checks }: ManagedProcess): readonly Fact[] {
  return (["readiness", "liveness"] as const).flatMap((use): Fact[] => {
    const report = checks[use];
    if (report === undefined) return [];
    const failing = report.failures > 0 ? `, ${report.failures} failed in a row` : "";
    const last = report.lastFailure === undefined ? "" : `; last failure: ${report.lastFailure}`;
    return [
      [use, `${report.verdict} after ${report.checks === 1 ? "1 check" : `${report.checks} checks`}${failing}${last}`],
    ];
  });
}

function crashFacts({ lastCrash }: ManagedProcess, nowMs: number): readonly Fact[] {
  if (lastCrash === undefined) return [];
  const { at, exit, failure, uptimeMs, decision, stderr } = lastCrash;
  const how = failure ?? (exit === undefined ? "it could not be started" : describeExit(exit));
  return [
    ["last crash", `${ago(at, nowMs)}, up for ${describeDuration(uptimeMs)}: ${how}`],
    ["decided then", decision],
    ...stderr.map((line) => ["stderr", line] as const),
  ];
}

function timeLeft(at: Date, nowMs: number): string {
  return `${describeDuration(Math.max(0, at.getTime() - nowMs))} left`;
}

function inTime(at: Date, nowMs: number): string {
  const leftMs = at.getTime() - nowMs;
  return leftMs <= 0 ? "now" : `in ${describeDuration(leftMs)}`;
}

function ago(at: Date, nowMs: number): string {
  return `${describeDuration(Math.max(0, nowMs - at.getTime()))} ago`;
}
