import { isDeepStrictEqual } from "node:util";
import { ProcessError } from "../errors.js";
import { type Cancellable, requireWanted } from "../process/cancellation.js";
import { incompleteStop } from "../process/failures.js";
import type { Lifecycle } from "../process/lifecycle.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { Fleet } from "./fleet.js";
import { type Instance, instancesOf } from "./instances.js";
import { inStopOrder } from "./process-groups.js";
import type { ReloadItem } from "./process-manager.js";
import { type PlanAction, type PlanItem, planReload } from "./reload-plan.js";
import { stopWaves } from "./stop-waves.js";
import type { ShelfReading, TemplateShelf } from "./template-shelf.js";

export interface ReloadContext {
  readonly fleet: Fleet;
  readonly templates: TemplateShelf;
  /** How a template of the directory is changed before it is used. */
  readonly adapt: (template: ProcessTemplate) => ProcessTemplate;
  /** Forgets a process and its record. */
  readonly forget: (process: ManagedProcess) => Promise<void>;
  /** Forgets what the next manager would know of it. */
  readonly forgetRecord: (name: string) => Promise<void>;
  /** Starts it, if that is what its template says. */
  readonly start: (process: ManagedProcess) => void;
  /** Throws when the manager is closed. */
  readonly requireOpen: () => void;
}

/** What the directory asks for, and what came of it so far. */
interface Change {
  readonly items: readonly PlanItem[];
  readonly next: ReadonlyMap<string, Instance>;
  readonly results: Map<string, ReloadItem>;
}

/** Reads a template directory anew and works out, or does, what has to change. */
export class Reloader {
  readonly #context: ReloadContext;

  constructor(context: ReloadContext) {
    this.#context = context;
  }

  /** What `apply` would do now. */
  async plan(): Promise<readonly PlanItem[]> {
    return this.#compare(await this.#context.templates.read()).items;
  }

  async apply(options: Cancellable = {}): Promise<readonly ReloadItem[]> {
    requireWanted("reload", options.cancelSignal);
    const change = await this.#context.fleet.membership.take(async () => await this.#change(options));
    // Not in the turn: a restart may wait for what only the next change of a template brings about.
    await this.#restartAll(change, options);
    return [...change.results.values()];
  }

  async #change(options: Cancellable): Promise<Change> {
    const { templates, fleet, start, requireOpen } = this.#context;
    const loaded = await templates.read();
    requireOpen();
    const change = this.#compare(loaded);
    for (const { template } of loaded.templates) if (this.#hasOtherCount(template)) fleet.scaled.delete(template.name);
    templates.take(loaded);
    await this.#stopAll(change, options);
    requireOpen();
    for (const item of itemsOf(change, "update", "restart")) this.#claim(item, change);
    const made: ManagedProcess[] = [];
    const create = async ({ name }: PlanItem): Promise<void> => void made.push(this.#create(change.next.get(name)));
    await Promise.all(itemsOf(change, "create").map((item) => attempt(change, item, create)));
    // Nothing is started before everything is there: a start reads its dependencies.
    for (const process of made) start(process);
    for (const item of itemsOf(change, "update")) this.#startIfMarkedNow(item);
    return change;
  }

  async #stopAll(change: Change, options: Cancellable): Promise<void> {
    const { fleet } = this.#context;
    const stops = new Map(itemsOf(change, "stop").map((item) => [item.name, item]));
    const processes = fleet.registry.all().filter(({ name }) => stops.has(name));
    await inStopOrder(processes, fleet.dependenciesOf, async (process) => {
      const item = stops.get(process.name);
      const instance = change.next.get(process.name);
      if (item !== undefined) await attempt(change, item, () => this.#stop(process, instance, options));
    });
  }

  async #stop(process: ManagedProcess, instance: Instance | undefined, options: Cancellable): Promise<void> {
    const { fleet, forget, forgetRecord } = this.#context;
    const { isHeldDown } = process.commands;
    const { survivors } = await process.stopAndWait(options);
    if (survivors.length > 0) throw incompleteStop(process.name, survivors);
    if (instance === undefined) {
      if (fleet.registry.get(process.name) === process) await forget(process);
      return;
    }
    process.claim(instance.template);
    if (isHeldDown) return;
    // Its template has stopped it, not its user: enabled again it may be started, also by the next manager.
    process.commands.isHeldDown = false;
    await forgetRecord(process.name);
  }

  #claim({ name }: PlanItem, { next }: Change): void {
    const instance = next.get(name);
    if (instance !== undefined) this.#context.fleet.registry.get(name)?.claim(instance.template);
  }

  #create(instance: Instance | undefined): ManagedProcess {
    if (instance === undefined) throw new Error("cannot happen: a process is created without a template");
    const { fleet } = this.#context;
    fleet.requireFree([instance]);
    return fleet.claimOrAdd(instance, { isOfDirectory: true });
  }

  #startIfMarkedNow({ name, changes }: PlanItem): void {
    const process = this.#context.fleet.registry.get(name);
    const isMarkedNow = changes.includes("enabled") || changes.includes("runOnStartup");
    if (isMarkedNow && process?.commands.isHeldDown === false) this.#context.start(process);
  }

  /** What others depend on first, so that they come back to what is ready. */
  async #restartAll(change: Change, options: Cancellable): Promise<void> {
    const restarts = new Map(itemsOf(change, "restart").map((item) => [item.name, item]));
    const waves = stopWaves([...restarts.keys()], this.#context.fleet.dependenciesOf);
    for (const wave of [...waves].reverse()) {
      const items = wave.flatMap((name) => restarts.get(name) ?? []);
      await Promise.all(items.map((item) => attempt(change, item, () => this.#restart(item, change, options))));
    }
  }

  async #restart({ name }: PlanItem, { next }: Change, options: Cancellable): Promise<void> {
    const process = this.#context.fleet.registry.get(name);
    // Meanwhile its user may have stopped it, or another reload have changed it again.
    if (process?.status.desired !== "up" || process.template !== next.get(name)?.template) return;
    await process.restart(options);
  }

  #compare({ templates }: ShelfReading): Change {
    const { fleet } = this.#context;
    const all = templates.flatMap(({ template }) => this.#instancesOf(template));
    const next = new Map(all.filter((one) => !this.#isOfCode(one)).map((one) => [one.template.name, one]));
    const processes = fleet.registry.all().filter((process) => fleet.isOfDirectory(process));
    const items = planReload({
      present: new Map(processes.map(({ name, template }) => [name, template])),
      next: new Map([...next].map(([name, { template }]) => [name, template])),
      up: new Set(processes.filter(isUp).map(({ name }) => name)),
    });
    return { items, next, results: new Map(items.map((item) => [item.name, { ...item, error: undefined }])) };
  }

  /** As many as its user has scaled it to, unless its file says something else than before. */
  #instancesOf(template: ProcessTemplate): readonly Instance[] {
    const { fleet, adapt } = this.#context;
    const count = this.#hasOtherCount(template) ? undefined : fleet.scaled.get(template.name);
    if (count === undefined) return instancesOf(adapt(template));
    return instancesOf(adapt(template), count).map((one) => {
      const { instances } = fleet.registry.get(one.template.name)?.template ?? one.template;
      return { ...one, template: Object.freeze({ ...one.template, instances }) };
    });
  }

  #hasOtherCount({ name, instances }: ProcessTemplate): boolean {
    return this.#context.templates.get(name)?.instances !== instances;
  }

  /** Whether code has made this very process, and perhaps written its template itself. */
  #isOfCode({ template }: Instance): boolean {
    const { fleet } = this.#context;
    const process = fleet.registry.get(template.name);
    if (process === undefined || process.isUnclaimed || fleet.isOfDirectory(process)) return false;
    return isDeepStrictEqual({ ...process.template, runOnStartup: template.runOnStartup }, { ...template });
  }
}

function itemsOf({ items }: Change, ...actions: readonly PlanAction[]): readonly PlanItem[] {
  return items.filter(({ action }) => actions.includes(action));
}

/** Does the work of one item; its failure is the result, and stops no other one. */
async function attempt({ results }: Change, item: PlanItem, work: (item: PlanItem) => Promise<void>): Promise<void> {
  try {
    await work(item);
  } catch (reason) {
    results.set(item.name, { ...item, error: ProcessError.from(reason) });
  }
}

const underWay: ReadonlySet<Lifecycle> = new Set<Lifecycle>(["starting", "running", "failed"]);

/**
 * Whether it should run and does, or tries to. A job is run by its schedule: the next time is soon enough for what has
 * changed.
 */
function isUp({ status, template }: ManagedProcess): boolean {
  if (status.desired !== "up" || template.schedule !== undefined) return false;
  return underWay.has(status.lifecycle) || status.supervision.kind !== "watching";
}
