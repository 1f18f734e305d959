import { concatMap, filter, firstValueFrom, from, fromEvent, map, merge, switchMap, takeUntil } from "rxjs";
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
  if (cycle !== undefined) {
    throw new ProcessError("DEPENDENCY_CYCLE", `${name}: ${describeCycle(cycle)}`, { process: name });
  }
  const waits = dependsOn.flatMap((dependency) => waitsFor(dependent, dependency, relatives));
  const starts = waits.map((wait) => (isMet(wait, wait.process.status) ? undefined : start(wait, name, isAutomatic)));
  const { reason } = dependent.status;
  const telling = merge(...waits.map(({ process }) => process.status$)).subscribe(() => {
    const missing = waits.filter((wait) => !isMet(wait, wait.process.status));
    if (missing.length > 0) dependent.tellReason(`waits for ${missing.map(describeWait).join(" and for ")}`);
  });
  try {
    await Promise.all(waits.map((wait, index) => awaitOne(wait, starts[index], name, cancelSignal)));
    dependent.tellReason(reason);
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

export function describeCycle(cycle: readonly string[]): string {
  return `dependsOn goes in a circle: ${cycle.join(" → ")}; remove one of these dependencies`;
}

function waitsFor(dependent: ManagedProcess, { name, condition }: Dependency, { find }: Relatives): readonly Wait[] {
  const found = find(name);
  if (found.length > 0) return found.map((process) => ({ process, condition }));
  throw dependencyError(dependent.name, `there is no process named ${name}, on which it depends`);
}

/**
 * Sees to it that a dependency is on its way; throws when it must not be. Resolves when the start that was asked for has
 * come to its end, whatever that is.
 */
function start({ process, condition }: Wait, dependent: string, isAutomatic: boolean): Promise<void> | undefined {
  const { status, template, commands } = process;
  const isOver = condition === "EXITED" || condition === "SUCCEEDED";
  if (status.lifecycle === "running" && (isOver || status.desired === "up")) return undefined;
  if (!template.enabled) throw dependencyError(dependent, `it depends on ${process.name}, which is disabled`);
  if (!isAutomatic) return process.start().catch(() => undefined);
  if (status.desired === "up") return undefined;
  if (commands.isHeldDown) throw dependencyError(dependent, `it depends on ${process.name}, which was stopped`);
  commands.want();
  return commands.startUnasked();
}

async function awaitOne(
  wait: Wait,
  started: Promise<void> | undefined,
  dependent: string,
  cancelSignal: AbortSignal,
): Promise<void> {
  cancelSignal.throwIfAborted();
  const { process } = wait;
  const met$ = process.status$.pipe(
    filter((status) => isMet(wait, status)),
    map(() => undefined),
  );
  const failed$ = from(started ?? Promise.resolve()).pipe(
    // While a start is under way the status may still tell how the last run has ended.
    switchMap(() => process.status$),
    // What the restart policy makes of an end is decided in the turn in which the end is told.
    concatMap(() => Promise.resolve()),
    map(() => describeFailure(process)),
    filter((failure) => failure !== undefined),
  );
  const waiting$ = merge(met$, failed$).pipe(takeUntil(fromEvent(cancelSignal, "abort")));
  const failure = await firstValueFrom(waiting$, { defaultValue: "it was deleted" });
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
      return isReady(status) || (readiness === undefined && hasSucceeded(status, restart));
  }
}

/** What is about to be stopped is of no use any more. */
function isReady({ ready, lifecycle }: ProcessStatus): boolean {
  return ready && lifecycle === "running";
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
