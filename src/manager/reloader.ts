import { ProcessError } from "../errors.js";
import { incompleteStop } from "../process/failures.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { Fleet } from "./fleet.js";
import { type Instance, instancesOf } from "./instances.js";
import { inStopOrder } from "./process-groups.js";
import type { ReloadItem } from "./process-manager.js";
import { type PlanItem, planReload } from "./reload-plan.js";
import type { ShelfReading, TemplateShelf } from "./template-shelf.js";

export interface ReloadContext {
  readonly fleet: Fleet;
  readonly templates: TemplateShelf;
  /** How a template of the directory is changed before it is used. */
  readonly adapt: (template: ProcessTemplate) => ProcessTemplate;
  /** Forgets a process and its record. */
  readonly forget: (process: ManagedProcess) => Promise<void>;
  /** Starts it, if that is what its template says. */
  readonly start: (process: ManagedProcess) => void;
}

/** Reads a template directory anew and works out, or does, what has to change. */
export class Reloader {
  readonly #context: ReloadContext;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(context: ReloadContext) {
    this.#context = context;
  }

  /** What `apply` would do now. */
  async plan(): Promise<readonly PlanItem[]> {
    const { items } = this.#compare(await this.#context.templates.read());
    return items;
  }

  /** One after the other: two that run at once would both act on what the first one has not done yet. */
  async apply(): Promise<readonly ReloadItem[]> {
    const result = this.#tail.then(async () => await this.#apply());
    this.#tail = result.catch(() => undefined);
    return await result;
  }

  async #apply(): Promise<readonly ReloadItem[]> {
    const { templates, fleet } = this.#context;
    const loaded = await templates.read();
    const { items, next } = this.#compare(loaded);
    templates.take(loaded);
    const results = new Map<string, ReloadItem>(items.map((item) => [item.name, { ...item, error: undefined }]));
    const act = async (item: PlanItem): Promise<void> => {
      const error = await this.#applyOne(item, next.get(item.name)).catch((reason: unknown) =>
        ProcessError.from(reason),
      );
      results.set(item.name, { ...item, error: error ?? undefined });
    };
    const byName = new Map(items.map((item) => [item.name, item]));
    const stopped = fleet.registry.all().filter(({ name }) => byName.get(name)?.action === "stop");
    await inStopOrder(stopped, fleet.dependenciesOf, async ({ name }) => {
      const item = byName.get(name);
      if (item !== undefined) await act(item);
    });
    // New templates take the place of the old ones before anything is started: a start reads its dependencies.
    for (const item of items) if (item.action === "update" || item.action === "restart") this.#claim(item, next);
    await Promise.all(items.filter(({ action }) => action !== "stop").map(act));
    return [...results.values()];
  }

  #claim({ name }: PlanItem, next: ReadonlyMap<string, Instance>): void {
    const instance = next.get(name);
    if (instance !== undefined) this.#context.fleet.registry.get(name)?.claim(instance.template);
  }

  async #applyOne(item: PlanItem, instance: Instance | undefined): Promise<undefined> {
    const { fleet, start } = this.#context;
    const process = fleet.registry.get(item.name);
    if (item.action === "create" && instance !== undefined) start(fleet.add(instance.template, instance));
    if (process === undefined) return;
    if (item.action === "restart") await process.restart();
    const isMarkedNow = item.changes.includes("enabled") || item.changes.includes("runOnStartup");
    if (item.action === "update" && isMarkedNow && !process.commands.isHeldDown) start(process);
    if (item.action === "stop") await this.#stop(process, instance);
  }

  async #stop(process: ManagedProcess, instance: Instance | undefined): Promise<void> {
    const { survivors } = await process.stopAndWait();
    if (survivors.length > 0) throw incompleteStop(process.name, survivors);
    if (instance === undefined) await this.#context.forget(process);
    else process.claim(instance.template);
  }

  /** Only processes made from templates of the directory count: what code has made is the code's business. */
  #compare({ templates }: ShelfReading): {
    readonly items: readonly PlanItem[];
    readonly next: ReadonlyMap<string, Instance>;
  } {
    const { fleet, adapt, templates: shelf } = this.#context;
    const next = new Map<string, Instance>();
    for (const { template } of templates) {
      for (const instance of instancesOf(adapt(template))) next.set(instance.template.name, instance);
    }
    const present = new Map<string, ProcessTemplate>();
    for (const process of fleet.registry.all()) {
      const isOfDirectory = shelf.get(process.family) !== undefined || shelf.get(process.name) !== undefined;
      if (isOfDirectory) present.set(process.name, process.template);
    }
    const templatesByName = new Map([...next].map(([name, { template }]) => [name, template]));
    const isUp = (name: string): boolean => {
      const status = fleet.registry.get(name)?.status;
      return status?.desired === "up" && (status.lifecycle === "running" || status.supervision.kind !== "watching");
    };
    return { items: planReload(present, templatesByName, isUp), next };
  }
}
