import { ProcessError } from "../errors.js";
import type { Survivor } from "../os/os.js";

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
