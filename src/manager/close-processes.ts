import { ProcessError } from "../errors.js";
import type { Survivor } from "../os/os.js";
import type { ManagedProcess } from "../process/managed-process.js";

/**
 * Stops the host-bound processes, in reverse order and all at once, and lets go of all. Rejects with STOP_INCOMPLETE
 * naming what could not be ended; everything is let go of all the same.
 */
export async function closeProcesses(all: readonly ManagedProcess[], hurrySignal?: AbortSignal): Promise<void> {
  const processes = [...all].reverse();
  const reason = closedError();
  const outcomes = await Promise.allSettled(
    processes.map((process) => process.close(reason, process.isHostBound, hurrySignal)),
  );
  for (const process of processes) process.forget()?.release();
  const survivors = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
  if (survivors.length > 0) throw incompleteError(survivors);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure !== undefined) throw ProcessError.from(failure.reason);
}

export function closedError(): ProcessError {
  return new ProcessError("MANAGER_CLOSED", "the process manager is closed; create a new one");
}

function incompleteError(survivors: readonly Survivor[]): ProcessError {
  const list = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  return new ProcessError("STOP_INCOMPLETE", `the manager is closed, but these processes could not be ended: ${list}`);
}
