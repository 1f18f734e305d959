import { ProcessError } from "../errors.js";
import type { Host } from "../os/os.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { type TemplateError, TemplateStore } from "../template/store.js";

/** The templates a manager knows: those of its template directory, if it has one. */
export class TemplateShelf {
  readonly #store: TemplateStore | undefined;
  readonly #templates = new Map<string, ProcessTemplate>();
  #errors: readonly TemplateError[] = [];

  constructor(directory: string | undefined, host: Pick<Host, "cwd">) {
    this.#store = directory === undefined ? undefined : new TemplateStore(directory, { cwd: host.cwd });
  }

  get hasDirectory(): boolean {
    return this.#store !== undefined;
  }

  get errors(): readonly TemplateError[] {
    return this.#errors;
  }

  async load(): Promise<void> {
    if (this.#store === undefined) return;
    const { templates, errors } = await this.#store.load();
    this.#errors = errors;
    for (const { template } of templates) this.#templates.set(template.name, template);
  }

  get(name: string): ProcessTemplate | undefined {
    return this.#templates.get(name);
  }

  all(): readonly ProcessTemplate[] {
    return [...this.#templates.values()];
  }

  require(name: string): ProcessTemplate {
    const template = this.#templates.get(name);
    if (template !== undefined) return template;
    const known = [...this.#templates.keys()].join(", ");
    const text = `there is no template named "${name}"; known are: ${known === "" ? "none" : known}`;
    throw new ProcessError("TEMPLATE_NOT_FOUND", text, { process: name });
  }

  writeSync(template: ProcessTemplate): string {
    const path = this.#requireStore().writeSync(template);
    this.#templates.set(template.name, template);
    return path;
  }

  async write(template: ProcessTemplate): Promise<string> {
    const path = await this.#requireStore().write(template);
    this.#templates.set(template.name, template);
    return path;
  }

  #requireStore(): TemplateStore {
    if (this.#store !== undefined) return this.#store;
    throw new ProcessError("ILLEGAL_STATE", "a template can only be written by a manager with a templateDir option");
  }
}
