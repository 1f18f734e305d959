import { ProcessError } from "../errors.js";
import type { Cancellable } from "../process/cancellation.js";
import { incompleteStop } from "../process/failures.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { DependencyGraph } from "./dependency-graph.js";
import type { ProcessOutcome } from "./process-manager.js";
import { stopWaves } from "./stop-waves.js";

/** Starts processes at once: each waits for what it depends on by itself. */
export async function startProcesses(
  processes: readonly ManagedProcess[],
  options: Cancellable,
): Promise<readonly ProcessOutcome[]> {
  return await Promise.all(processes.map((process) => outcomeOf(process, process.start(options))));
}

/** Stops processes: those nothing depends on first, and what they depend on once they have ended. */
export async function stopProcesses(
  processes: readonly ManagedProcess[],
  dependenciesOf: DependencyGraph,
  options: Cancellable,
): Promise<readonly ProcessOutcome[]> {
  const outcomes: ProcessOutcome[] = [];
  await inStopOrder(processes, dependenciesOf, async (process) => {
    outcomes.push(await outcomeOf(process, stopCompletely(process, options)));
  });
  return outcomes;
}

/** Stops processes, dependents first, and starts them, dependents last. */
export async function restartProcesses(
  processes: readonly ManagedProcess[],
  dependenciesOf: DependencyGraph,
  options: Cancellable,
): Promise<readonly ProcessOutcome[]> {
  const stopped = await stopProcesses(processes, dependenciesOf, options);
  const failed = stopped.filter(({ error }) => error !== undefined);
  const left = processes.filter(({ name }) => failed.every((outcome) => outcome.name !== name));
  return [...failed, ...(await startProcesses(left, options))];
}

/** Does something to every process, wave by wave: dependents before what they depend on, the last one made first. */
export async function inStopOrder(
  processes: readonly ManagedProcess[],
  dependenciesOf: DependencyGraph,
  act: (process: ManagedProcess) => Promise<void>,
): Promise<void> {
  const byName = new Map(processes.map((process) => [process.name, process]));
  for (const wave of stopWaves([...byName.keys()], dependenciesOf)) {
    const processes = wave.flatMap((name) => byName.get(name) ?? []);
    await Promise.all(processes.map(async (process) => await act(process)));
  }
}

async function stopCompletely(process: ManagedProcess, options: Cancellable): Promise<void> {
  const { survivors } = await process.stopAndWait(options);
  if (survivors.length > 0) throw incompleteStop(process.name, survivors);
}

async function outcomeOf({ name }: ManagedProcess, work: Promise<void>): Promise<ProcessOutcome> {
  try {
    await work;
    return { name, error: undefined };
  } catch (reason) {
    return { name, error: ProcessError.from(reason) };
  }
}
