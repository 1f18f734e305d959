import { describeExit } from "../os/exit.js";
import type { Process } from "../process/process.js";
import type { ProcessState, ProcessStatus } from "../process/process-status.js";
import { maskArguments, maskText } from "../template/mask-secrets.js";
import { describeDuration } from "../units/duration.js";
import { describeCommandLine } from "./describe-info.js";
import type { Terminal } from "./terminal.js";

/** States between which the kernel's scheduler moves a healthy process all the time. */
const busyStates: ReadonlySet<ProcessState> = new Set<ProcessState>([
  "running",
  "sleeping",
  "idle",
  "disk-sleep",
  "parked",
]);

/** Whether a change of state only shows that the scheduler does its work. */
export function isRoutine(previous: ProcessState | undefined, state: ProcessState): boolean {
  return previous !== undefined && busyStates.has(previous) && busyStates.has(state);
}

/** The cells of a table row: name, state, PID, uptime, and what there is to say. */
export function describeRow(process: Process): string[] {
  const { name, status, uptime } = process;
  const uptimeText = status.pid === undefined ? "-" : describeDuration(uptime);
  return [name, status.state, String(status.pid ?? "-"), uptimeText, remark(process)];
}

export const rowTitles = ["NAME", "STATE", "PID", "UPTIME", "COMMAND"];

function remark({ command, args, status, template }: Process): string {
  // The whole message has been told when it happened; here it would break the table.
  if (status.lastError !== undefined) return `(${status.lastError.code})`;
  if (!template.enabled) return "(disabled)";
  return describeCommandLine([maskText(command), ...maskArguments(args)]);
}

/** One line about a change of state. */
export function describeChange(previous: ProcessStatus | undefined, status: ProcessStatus, terminal: Terminal): string {
  const isNew = previous !== undefined && previous.state !== status.state;
  const change = `${isNew ? `${previous.state} → ` : ""}${colourState(status, terminal)}`;
  return tellLine(status, [change, changeRemark(status)], terminal);
}

/** One line about a process that runs and has become ready, or is so no more. */
export function describeReadiness(status: ProcessStatus, terminal: Terminal): string {
  const change = status.ready ? terminal.style("green", "ready") : terminal.style("yellow", "not ready");
  return tellLine(status, [change], terminal);
}

function tellLine(status: ProcessStatus, parts: readonly string[], terminal: Terminal): string {
  const time = terminal.style("dim", new Date().toTimeString().slice(0, 8));
  const name = terminal.style("bold", status.name);
  return [time, name, ...parts].filter((part) => part !== "").join("  ");
}

function changeRemark({ pid, exit, lastError, reason }: ProcessStatus): string {
  if (reason !== undefined && pid === undefined) return maskText(reason);
  if (lastError !== undefined) return lastError.message;
  if (exit !== undefined) return exit.cause === "stopped" || exit.cause === "killed" ? exit.cause : describeExit(exit);
  return pid === undefined ? "" : `pid ${pid}`;
}

/** The state in its colour: green lives, yellow needs a look, red failed. */
export function colourState({ state, exit, lastError }: ProcessStatus, terminal: Terminal): string {
  if (busyStates.has(state)) return terminal.style("green", state);
  if (state === "initial") return terminal.style("dim", state);
  if (state !== "terminated") return terminal.style("yellow", state);
  const failed = lastError !== undefined || (exit?.cause === "exited" && exit.code !== 0) || exit?.cause === "signaled";
  return terminal.style(failed ? "red" : "dim", state);
}
