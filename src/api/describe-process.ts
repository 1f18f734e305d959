import type { Exit } from "../os/exit.js";
import type { Usage } from "../os/os.js";
import type { Crash } from "../process/crash.js";
import type { CheckUse } from "../process/health-facts.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import { maskArguments, maskText, maskVariables } from "../template/mask-secrets.js";
import type { CheckInfo, CrashInfo, ExitInfo, ProcessInfo, ScheduleInfo } from "./process-info.js";

/** A process as the API tells it. `usage` is what it was last seen to use. */
export function describeProcess(process: Process, usage: Usage | undefined): ProcessInfo {
  const { name, template } = process;
  const { title, description, group, labels, enabled, cwd, detach } = template;
  return {
    id: name,
    name,
    runId: runIdOf(process),
    title,
    description,
    group,
    labels: maskVariables(labels),
    enabled,
    ...describeStatus(process),
    ...describeChecks(process),
    lastCrash: process.lastCrash === undefined ? null : describeCrash(process.lastCrash),
    schedule: describeSchedule(process),
    command: maskText(process.command),
    args: maskArguments(process.args),
    cwd: maskText(cwd),
    detach,
    memory: usage?.memoryBytes ?? 0,
    cpu: Math.round((usage?.cpuPercent ?? 0) * 10) / 10,
  };
}

function describeStatus({ status, uptime }: Process) {
  const { state, desired, lifecycle, os: osState, health, ready, pid = 0, restarts, supervision } = status;
  const isRunning = pid !== 0;
  return {
    ...{ state, desired, lifecycle, osState, health, ready: ready && isRunning, isRunning, pid },
    startTime: describeTime(status.startedAt),
    uptime: Math.round(uptime),
    restartCount: restarts,
    supervision: supervision.kind,
    reason: maskText(status.reason ?? ""),
    nextRestart: describeTime(status.nextRestartAt),
    exit: describeExitOf(status.exit),
    lastError: maskText(status.lastError?.message ?? ""),
  };
}

function describeChecks({ checks: reports }: Process) {
  const checks = (["readiness", "liveness"] as const).flatMap((use: CheckUse): CheckInfo[] => {
    const report = reports[use];
    if (report === undefined) return [];
    const { verdict, failures, successes, checks, lastCheckAt, lastFailure = "" } = report;
    const lastCheck = describeTime(lastCheckAt);
    return [{ use, verdict, failures, successes, checks, lastCheck, lastFailure: maskText(lastFailure) }];
  });
  const times = checks.flatMap(({ lastCheck }) => lastCheck ?? []).sort();
  return {
    checks,
    healthCheckFailures: Math.max(0, ...checks.map(({ failures }) => failures)),
    lastHealthCheck: times.at(-1) ?? null,
  };
}

function describeCrash({ at, exit, failure, uptimeMs, stderr, decision }: Crash): CrashInfo {
  return {
    at: at.toISOString(),
    exit: describeExitOf(exit),
    failure: maskText(failure ?? ""),
    uptime: Math.round(uptimeMs),
    stderr: stderr.map(maskText),
    decision: maskText(decision),
  };
}

function describeSchedule({ status, template }: Process): ScheduleInfo | null {
  if (template.schedule === undefined) return null;
  const { cron, timezone } = template.schedule;
  const runs = (status.schedule?.runs ?? []).map(({ dueAt, startedAt, endedAt, outcome = "", reason = "" }) => {
    const due = dueAt.toISOString();
    return { due, started: describeTime(startedAt), ended: describeTime(endedAt), outcome, reason: maskText(reason) };
  });
  return { cron, timezone, nextRun: describeTime(status.schedule?.nextRunAt), runs };
}

/** An exit as the API tells it. */
export function describeExitOf(exit: Exit | undefined): ExitInfo | null {
  if (exit === undefined) return null;
  const { code, signal, cause, at } = exit;
  return { code, signal: String(signal ?? ""), cause, at: at.toISOString() };
}

function describeTime(at: Date | undefined): string | null {
  return at?.toISOString() ?? null;
}

/** Only the manager's own handles know it. */
function runIdOf(process: Process): string {
  return process instanceof ManagedProcess ? (process.describe().run?.runId ?? "") : "";
}
