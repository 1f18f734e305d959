import { concatMap, filter, firstValueFrom, fromEvent, map, merge, type Observable } from "rxjs";
import { ProcessError } from "../errors.js";
import type { Lifecycle } from "../process/lifecycle.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessStatus } from "../process/process-status.js";
import type { Dependency, RestartPolicy } from "../template/process-template.js";
import { type DependencyGraph, findCycle } from "./dependency-graph.js";

type Condition = Dependency["condition"];

/** What a dependent waits for, in words. */
const waitingFor = {
  STARTED: "to start",
  READY: "to be ready",
  EXITED: "to end",
  SUCCEEDED: "to end with a success",
} as const satisfies Record<Condition, string>;

/** The processes a manager knows, as their dependents see them. */
export interface Relatives {
  /** The processes a name stands for: the one of that name, or every instance of the template of that name. */
  readonly find: (name: string) => readonly ManagedProcess[];
  readonly dependenciesOf: DependencyGraph;
}

/** One process another one waits for. */
interface Wait {
  readonly process: ManagedProcess;
  readonly condition: Condition;
}

/**
 * Resolves when everything a process depends on has come as far as it must. What does not run is started, unless somebody
 * has stopped it and this start is automatic: a stop sticks.
 */
export async function awaitDependencies(
  dependent: ManagedProcess,
  { isAutomatic }: { readonly isAutomatic: boolean },
  relatives: Relatives,
  cancelSignal: AbortSignal,
): Promise<void> {
  const { name, dependsOn } = dependent.template;
  if (dependsOn.length === 0) return;
  const cycle = findCycle(name, relatives.dependenciesOf);
  if (cycle !== undefined) throw cycleError(name, cycle);
  const waits = dependsOn.flatMap((dependency) => waitsFor(dependent, dependency, relatives));
  for (const wait of waits) if (!isMet(wait, wait.process.status)) start(wait, name, isAutomatic);
  const telling = merge(...waits.map(({ process }) => process.status$)).subscribe(() => {
    const missing = waits.filter((wait) => !isMet(wait, wait.process.status));
    if (missing.length > 0) dependent.tellReason(`waits for ${missing.map(describeWait).join(" and for ")}`);
  });
  try {
    await Promise.all(waits.map((wait) => awaitOne(wait, name, cancelSignal)));
    dependent.tellReason(undefined);
  } finally {
    telling.unsubscribe();
  }
}

/** The dependencies a process still waits for, in words. */
export function missingDependencies(dependent: ManagedProcess, relatives: Relatives): readonly string[] {
  return dependent.template.dependsOn.flatMap(({ name, condition }) => {
    const found = relatives.find(name);
    if (found.length === 0) return [`${name}, of which there is no process`];
    return found
      .map((process) => ({ process, condition }))
      .filter((wait) => !isMet(wait, wait.process.status))
      .map(describeWait);
  });
}

export function cycleError(name: string, cycle: readonly string[]): ProcessError {
  const text = `${name}: dependsOn goes in a circle: ${cycle.join(" → ")}; remove one of these dependencies`;
  return new ProcessError("DEPENDENCY_CYCLE", text, { process: name });
}

function waitsFor(dependent: ManagedProcess, { name, condition }: Dependency, { find }: Relatives): readonly Wait[] {
  const found = find(name);
  if (found.length > 0) return found.map((process) => ({ process, condition }));
  throw dependencyError(dependent.name, `there is no process named ${name}, on which it depends`);
}

/** Sees to it that a dependency is on its way; throws when it must not be. */
function start({ process, condition }: Wait, dependent: string, isAutomatic: boolean): void {
  const { status, template } = process;
  const isOver = condition === "EXITED" || condition === "SUCCEEDED";
  if (status.lifecycle === "running" && (isOver || status.desired === "up")) return;
  if (!template.enabled) throw dependencyError(dependent, `it depends on ${process.name}, which is disabled`);
  if (!isAutomatic) return void process.start().catch(() => undefined);
  if (status.desired === "up") return;
  if (process.commands.isHeldDown) throw dependencyError(dependent, `it depends on ${process.name}, which was stopped`);
  process.commands.want();
  void process.commands.startUnasked();
}

async function awaitOne(wait: Wait, dependent: string, cancelSignal: AbortSignal): Promise<void> {
  cancelSignal.throwIfAborted();
  const { process } = wait;
  const met$ = process.status$.pipe(
    filter((status) => isMet(wait, status)),
    map(() => undefined),
  );
  const failed$: Observable<string> = process.status$.pipe(
    // What the restart policy makes of an end is decided in the turn in which the end is told.
    concatMap(() => Promise.resolve()),
    map(() => describeFailure(process)),
    filter((failure) => failure !== undefined),
  );
  const aborted$ = fromEvent(cancelSignal, "abort").pipe(map(() => undefined));
  const failure = await firstValueFrom(merge(met$, failed$, aborted$), { defaultValue: "it was deleted" });
  cancelSignal.throwIfAborted();
  if (failure === undefined) return;
  const text = `it depends on ${process.name} (${wait.condition}), which has failed: ${failure}`;
  throw dependencyError(dependent, text, process.status.lastError);
}

function isMet({ process, condition }: Wait, status: ProcessStatus): boolean {
  const { restart, readiness } = process.template;
  switch (condition) {
    case "EXITED":
      return status.lifecycle === "exited" && status.exit !== undefined;
    case "SUCCEEDED":
      return hasSucceeded(status, restart);
    case "STARTED":
      return status.lifecycle === "running" || hasSucceeded(status, restart);
    case "READY":
      // A job without a check has been ready while it ran, and needs not be ready for ever.
      return status.ready || (readiness === undefined && hasSucceeded(status, restart));
  }
}

function hasSucceeded({ lifecycle, exit }: ProcessStatus, { successExitCodes }: RestartPolicy): boolean {
  return lifecycle === "exited" && exit?.cause === "exited" && successExitCodes.includes(exit.code ?? -1);
}

const down: ReadonlySet<Lifecycle> = new Set<Lifecycle>(["initial", "exited", "failed"]);

/** Why a process will not come any further by itself; undefined when it may. */
function describeFailure({ status, isAtRest }: ManagedProcess): string | undefined {
  const { supervision, lifecycle, desired, lastError, reason } = status;
  if (supervision.kind === "gave-up") return lastError?.message ?? supervision.reason;
  if (isAtRest) return lastError?.message ?? reason ?? "it has ended";
  return down.has(lifecycle) && desired === "down" ? "it was stopped" : undefined;
}

function describeWait({ process, condition }: Wait): string {
  return `${process.name} ${waitingFor[condition]}`;
}

function dependencyError(dependent: string, text: string, cause?: ProcessError): ProcessError {
  return new ProcessError("DEPENDENCY_FAILED", `${dependent}: ${text}`, { process: dependent, cause });
}
