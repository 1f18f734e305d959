import type { CrashInfo, ProcessInfo, ScheduleInfo } from "../api/process-info.js";
import { describeDuration } from "../units/duration.js";
import { type ClientFlags, connect } from "./connect.js";
import {
  describeBytes,
  describeCheck,
  describeCommandLine,
  describeExitInfo,
  describeMoment,
  describeSchedule,
} from "./describe-info.js";
import { exitCode } from "./exit-code.js";
import { layOut, type Terminal } from "./terminal.js";

export interface StatusFlags extends ClientFlags {
  readonly json?: boolean;
}

/** Tells everything about one process; gives the exit code. */
export async function runStatus(
  name: string,
  { json = false, ...flags }: StatusFlags,
  terminal: Terminal,
): Promise<number> {
  const info = await connect(flags).get(name);
  if (json) terminal.out(JSON.stringify(info, null, 2));
  else for (const line of layOut(describeInFull(info))) terminal.out(line);
  return exitCode.done;
}

type Row = readonly [label: string, text: string];

function describeInFull(info: ProcessInfo): Row[] {
  const rows: readonly Row[] = [
    ["name", info.name],
    ["description", info.description],
    ...stateRows(info),
    ...(info.isRunning ? runRows(info) : []),
    ...supervisionRows(info),
    ...(info.schedule === null ? [] : scheduleRows(info.schedule)),
    ["group", info.group],
    ["command", describeCommandLine([info.command, ...info.args])],
    ["directory", info.cwd],
    ["detached", info.detach ? "yes" : "no"],
    ...(info.lastCrash === null ? [] : crashRows(info.lastCrash)),
  ];
  // Errors of a template have several lines: each gets a row, under the first.
  return rows.flatMap(([label, text]) =>
    text === "" ? [] : text.split("\n").map((line, index): Row => [index === 0 ? label : "", line]),
  );
}

function stateRows({ state, desired, enabled, lifecycle, osState, health, isRunning, ready }: ProcessInfo): Row[] {
  const readiness = isRunning ? `, ${ready ? "ready" : "not ready"}` : "";
  return [
    ["state", state],
    ["desired", `${desired}${enabled ? "" : " (disabled)"}`],
    ["lifecycle", lifecycle],
    ["kernel", osState],
    ["health", `${health}${readiness}`],
  ];
}

function runRows({ pid, startTime, uptime, cpu, memory }: ProcessInfo): Row[] {
  return [
    ["pid", String(pid)],
    ["started", momentOr(startTime)],
    ["uptime", describeDuration(uptime)],
    ["uses", `${cpu}% cpu, ${describeBytes(memory)} memory`],
  ];
}

function supervisionRows({
  restartCount,
  supervision,
  nextRestart,
  reason,
  checks,
  exit,
  lastError,
}: ProcessInfo): Row[] {
  return [
    ["restarts", String(restartCount)],
    ["supervision", supervision],
    ["next restart", momentOr(nextRestart)],
    ["reason", reason],
    ...checks.map((check): Row => ["check", describeCheck(check)]),
    ["last exit", exit === null ? "" : `${describeExitInfo(exit)}, ${describeMoment(exit.at)}`],
    ["last error", lastError],
  ];
}

function momentOr(at: string | null): string {
  return at === null ? "" : describeMoment(at);
}

function scheduleRows(schedule: ScheduleInfo): Row[] {
  const runs = schedule.runs.map(({ due, outcome, reason }): Row => {
    return [
      "run",
      `${describeMoment(due)} ${outcome === "" ? "running" : outcome}${reason === "" ? "" : `: ${reason}`}`,
    ];
  });
  return [["schedule", describeSchedule(schedule)], ...runs];
}

function crashRows({ at, exit, failure, uptime, decision, stderr }: CrashInfo): Row[] {
  const how = failure !== "" ? failure : exit === null ? "it could not be started" : describeExitInfo(exit);
  return [
    ["last crash", `${describeMoment(at)}, up for ${describeDuration(uptime)}: ${how}`],
    ["decided then", decision],
    ...stderr.map((line): Row => ["stderr", line]),
  ];
}
