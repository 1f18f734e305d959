import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import { maskText } from "../template/mask-secrets.js";

/** One JSON object a line: a change of state with what a program needs to act on it. Every field is always there. */
export function describeAsJson(process: Process, notification: ProcessNotification): string {
  const { name, pid, state, previous, at, exit, reason } = notification;
  const { lifecycle, desired, lastError } = process.status;
  return JSON.stringify({
    name,
    state,
    previous: previous ?? null,
    lifecycle,
    desired,
    pid: pid ?? null,
    exit: exit ?? null,
    reason: reason === undefined ? null : maskText(reason),
    lastError: lastError === undefined ? null : { code: lastError.code, message: maskText(lastError.message) },
    at,
  });
}
