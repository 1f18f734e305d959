import { ProcessError } from "../errors.js";
import type { Survivor } from "../os/os.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { DependencyGraph } from "./dependency-graph.js";
import { inStopOrder } from "./process-groups.js";
import type { CloseOptions } from "./process-manager.js";

/**
 * Stops the host-bound processes (and detached ones if told so), dependents before what they depend on, else all at once,
 * and lets go of all. Rejects with STOP_INCOMPLETE naming what could not be ended; everything is let go of all the same.
 */
export async function closeProcesses(
  processes: readonly ManagedProcess[],
  dependenciesOf: DependencyGraph,
  { hurrySignal, stopsDetached = false }: CloseOptions,
): Promise<void> {
  const reason = closedError();
  // Nothing is started any more, also not by a start that waits for a dependency or to be ready.
  for (const process of processes) void process.commands.close(reason, false);
  const survivors: Survivor[] = [];
  const failures: unknown[] = [];
  await inStopOrder(processes, dependenciesOf, async (process) => {
    try {
      const stops = process.isHostBound || (stopsDetached && !process.isForeign);
      survivors.push(...(await process.commands.close(reason, stops, hurrySignal)));
    } catch (failure) {
      failures.push(failure);
    }
  });
  await Promise.all(processes.map(async (process) => await process.closeLog()));
  for (const process of [...processes].reverse()) process.forget()?.release();
  if (survivors.length > 0) throw incompleteError(survivors);
  if (failures.length > 0) throw ProcessError.from(failures[0]);
}

export function closedError(): ProcessError {
  return new ProcessError("MANAGER_CLOSED", "the process manager is closed; create a new one");
}

function incompleteError(survivors: readonly Survivor[]): ProcessError {
  const list = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  return new ProcessError("STOP_INCOMPLETE", `the manager is closed, but these processes could not be ended: ${list}`);
}
