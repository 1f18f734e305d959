import type { Subscription } from "rxjs";
import type { LaunchOptions } from "../process/launch.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { ProcessContext } from "../process/process-context.js";
import { type Behaviour, type SupervisionContext, supervise } from "../supervise/behaviour.js";
import { liveness, readiness } from "../supervise/health.js";
import { limits } from "../supervise/limits.js";
import { reload } from "../supervise/reload.js";
import { restart } from "../supervise/restart.js";
import { schedule } from "../supervise/schedule.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { recordedChanges } from "./adoption.js";
import { awaitDependencies, type Relatives } from "./dependency-gate.js";
import { findCycles } from "./dependency-graph.js";
import { instancesOf } from "./instances.js";
import { Registry } from "./registry.js";

const behaviours: readonly Behaviour[] = [restart, readiness, liveness, limits, reload, schedule];

export interface FleetContext {
  readonly process: Omit<ProcessContext, "awaitDependencies">;
  readonly supervision: SupervisionContext;
}

/** The processes of a manager, each with the behaviours that look after it, and what they are to each other. */
export class Fleet implements Relatives {
  readonly registry = new Registry();
  readonly #context: FleetContext;
  readonly #supervision = new Map<ManagedProcess, Subscription>();

  constructor(context: FleetContext) {
    this.#context = context;
  }

  readonly find = (name: string): readonly ManagedProcess[] => {
    const one = this.registry.get(name);
    const family = this.registry.inFamily(name);
    return one === undefined || family.includes(one) ? family : [one, ...family];
  };

  readonly dependenciesOf = (name: string): readonly string[] => {
    const dependencies = this.registry.get(name)?.template.dependsOn ?? [];
    return dependencies.flatMap((dependency) => this.find(dependency.name)).map((process) => process.name);
  };

  /** Names that depend on each other in a circle: none of them can be started. */
  cycles(): readonly (readonly string[])[] {
    const names = this.registry.all().map(({ name }) => name);
    return findCycles(names, this.dependenciesOf);
  }

  inGroup(group: string): readonly ManagedProcess[] {
    return this.registry.all().filter(({ template }) => template.group === group);
  }

  /**
   * Makes the process of a template, or all its instances; gives the first one.
   *
   * @throws ProcessError NAME_TAKEN
   */
  addAll(template: ProcessTemplate, options: LaunchOptions): ManagedProcess {
    const instances = instancesOf(template);
    for (const { template: one } of instances) this.registry.requireFree(one.name);
    const [first] = instances.map(({ template: one, instance, family }) =>
      this.add(one, { ...options, instance, family }),
    );
    if (first === undefined) throw new Error(`cannot happen: no instance of ${template.name}`);
    return first;
  }

  /** @param prepare done before anybody hears of the process, which is the one that may have its name */
  add(template: ProcessTemplate, options: LaunchOptions, prepare?: (made: ManagedProcess) => void): ManagedProcess {
    if (prepare === undefined) this.registry.requireFree(template.name);
    const context: ProcessContext = {
      ...this.#context.process,
      awaitDependencies: async (_template, manner, cancelSignal) =>
        await awaitDependencies(process, manner, this, cancelSignal),
    };
    const process: ManagedProcess = new ManagedProcess(template, options, context);
    prepare?.(process);
    this.registry.add(process);
    recordedChanges(process).subscribe(() => void context.record(process.name));
    this.#supervision.set(process, supervise(process, this.#context.supervision, behaviours));
    return process;
  }

  /** From now on nothing is done about a process by itself. */
  leaveAlone(process: ManagedProcess): void {
    this.#supervision.get(process)?.unsubscribe();
    this.#supervision.delete(process);
  }
}
