import { ProcessError } from "../errors.js";
import type { HealthReport } from "../health/health-report.js";
import { describeExit, type Exit } from "../os/exit.js";
import type { Survivor } from "../os/os.js";
import { parseSignal, type Signal } from "../os/signal.js";
import { describeDuration } from "../units/duration.js";

/** Any failure as one of this process; one that says its process already stays as it is. */
export function explainFailure(name: string, reason: unknown): ProcessError {
  const error = ProcessError.from(reason);
  if (error.process !== undefined) return error;
  return new ProcessError(error.code, `${name}: ${error.message}`, { process: name, cause: error.cause ?? reason });
}

/** STOP_INCOMPLETE with everything that still lives. */
export function incompleteStop(name: string, survivors: readonly Survivor[]): ProcessError {
  const list = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  const text =
    `${name}: not everything could be stopped, still alive: ${list}; ` +
    "they belong to another user or wait uninterruptibly for a device. End them by hand, then stop it again";
  return new ProcessError("STOP_INCOMPLETE", text, { process: name });
}

/** The signal of this name here; throws UNSUPPORTED when there is none. */
export function knownSignal(name: string, signal: Signal): Signal {
  const known = parseSignal(String(signal));
  if (known !== undefined) return known;
  const text = `there is no signal ${JSON.stringify(signal)} here; expected a name such as SIGTERM`;
  throw new ProcessError("UNSUPPORTED", `${name}: ${text}`, { process: name });
}

/** What is wrong in short, for where the process is named already: the first line, without a long remark such as the PATH. */
export function withoutName({ message, process }: ProcessError): string {
  const [first = ""] = message.split("\n");
  const line = first.replace(/ \([^()]{60,}\)/, "");
  return process !== undefined && line.startsWith(`${process}: `) ? line.slice(process.length + 2) : line;
}

/** START_TIMEOUT with the last answer of the check and the last words of the process. */
export function notReadyInTime(
  name: string,
  timeoutMs: number,
  report: HealthReport | undefined,
  lastWords: readonly string[],
): ProcessError {
  const check = report?.lastFailure ?? "no check has ended yet";
  const text = `was not ready within ${describeDuration(timeoutMs)} and was stopped; last check: ${check}`;
  return new ProcessError("START_TIMEOUT", `${name}: ${text}${quoted(lastWords)}`, { process: name });
}

/** START_TIMEOUT of a process that was found running, and is left so. */
export function foundNotReady(name: string, timeoutMs: number, report: HealthReport | undefined): ProcessError {
  const check = report?.lastFailure ?? "no check has ended yet";
  const text = `was found running, and was not ready within ${describeDuration(timeoutMs)}; last check: ${check}`;
  return new ProcessError("START_TIMEOUT", `${name}: ${text}`, { process: name });
}

/** SPAWN_FAILED of a process that came to life and ended at once. */
export function endedBeforeReady(name: string, exit: Exit | undefined, lastWords: readonly string[]): ProcessError {
  const how = exit === undefined ? "" : ` with ${describeExit(exit)}`;
  return new ProcessError("SPAWN_FAILED", `${name}: ended${how} before it was ready${quoted(lastWords)}`, {
    process: name,
  });
}

function quoted(lines: readonly string[]): string {
  if (lines.length === 0) return "; it has written nothing";
  return `; its last output:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
