import type { Subscription } from "rxjs";
import type { LaunchOptions } from "../process/launch.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { ProcessContext } from "../process/process-context.js";
import { type Behaviour, type SupervisionContext, supervise } from "../supervise/behaviour.js";
import { echo } from "../supervise/echo.js";
import { liveness, readiness } from "../supervise/health.js";
import { limits } from "../supervise/limits.js";
import { reload } from "../supervise/reload.js";
import { restart } from "../supervise/restart.js";
import { schedule } from "../supervise/schedule.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { recordedChanges } from "./adoption.js";
import { awaitDependencies, type Relatives } from "./dependency-gate.js";
import { findCycles } from "./dependency-graph.js";
import { type Instance, instancesOf } from "./instances.js";
import { Registry } from "./registry.js";
import { requireFreeName } from "./require-free-name.js";
import { Turns } from "./turns.js";

const behaviours: readonly Behaviour[] = [echo, restart, readiness, liveness, limits, reload, schedule];

export interface FleetContext {
  readonly process: Omit<ProcessContext, "awaitDependencies">;
  readonly supervision: SupervisionContext;
}

export interface FleetOptions extends LaunchOptions {
  /** Whether it is made from a template of the directory. */
  readonly isOfDirectory?: boolean | undefined;
}

/** The processes of a manager, each with the behaviours that look after it, and what they are to each other. */
export class Fleet implements Relatives {
  readonly registry = new Registry();
  readonly #context: FleetContext;
  readonly #supervision = new Map<ManagedProcess, Subscription>();
  readonly #ofDirectory = new WeakSet<ManagedProcess>();
  /** How many processes there are to be of a template, by its name, where that was changed by hand. */
  readonly scaled = new Map<string, number>();
  /** Makes changes of membership that take their time one after the other: each acts on what the one before has left. */
  readonly membership = new Turns();

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

  /** Whether it is made from a template of the directory: a reload is about these, what code has made is the code's business. */
  isOfDirectory(process: ManagedProcess): boolean {
    return this.#ofDirectory.has(process);
  }

  /**
   * Makes the process of a template, or all its instances; gives the first one. Those found again at the start become
   * these.
   *
   * @throws ProcessError NAME_TAKEN
   */
  addAll(template: ProcessTemplate, options: FleetOptions): ManagedProcess {
    const instances = instancesOf(template);
    this.requireFree(instances);
    const [first] = instances.map((one) => this.claimOrAdd(one, options));
    if (first === undefined) throw new Error(`cannot happen: no instance of ${template.name}`);
    return first;
  }

  /** Makes the processes of the templates of the directory. */
  addTemplates(templates: readonly ProcessTemplate[]): void {
    for (const template of templates) this.addAll(template, { isOfDirectory: true });
  }

  /** @throws ProcessError NAME_TAKEN when one of these processes cannot be made */
  requireFree(instances: readonly Instance[]): void {
    for (const one of instances) requireFreeName(one, this.registry);
  }

  /** The process found again at the start that has this name, or a new one. */
  claimOrAdd({ template, instance, family }: Instance, options: FleetOptions): ManagedProcess {
    const found = this.registry.get(template.name);
    if (found?.isUnclaimed !== true) return this.add(template, { ...options, instance, family });
    if (options.isOfDirectory === true) this.#ofDirectory.add(found);
    found.claim(template);
    return found;
  }

  /** @param prepare done before anybody hears of the process, which is the one that may have its name */
  add(template: ProcessTemplate, options: FleetOptions, prepare?: (made: ManagedProcess) => void): ManagedProcess {
    if (prepare === undefined) this.registry.requireFree(template.name);
    const context: ProcessContext = {
      ...this.#context.process,
      awaitDependencies: async (_template, manner, cancelSignal) =>
        await awaitDependencies(process, manner, this, cancelSignal),
    };
    const process: ManagedProcess = new ManagedProcess(template, options, context);
    if (options.isOfDirectory === true) this.#ofDirectory.add(process);
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
