import { existsSync } from "node:fs";
import { ProcessError } from "../errors.js";
import type { Host } from "../os/os.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { type LoadedTemplate, type LoadedTemplates, TemplateError, TemplateStore } from "../template/store.js";
import { withoutClashes } from "./check-directory.js";

/** What stands in a template directory at one moment. */
export interface ShelfReading extends LoadedTemplates {
  readonly store: TemplateStore | undefined;
}

/** Templates from elsewhere than a template directory, such as a configuration file; read again with every reload. */
export type ReadMore = () => Promise<LoadedTemplates>;

/** The templates a manager knows: those of its template directory, if it has one, and those from elsewhere. */
export class TemplateShelf {
  readonly #directory: string | undefined;
  readonly #host: Pick<Host, "cwd">;
  readonly #readMore: ReadMore | undefined;
  readonly #templates = new Map<string, ProcessTemplate>();
  #reading: ShelfReading = { templates: [], errors: [], store: undefined };

  constructor(directory: string | undefined, host: Pick<Host, "cwd">, readMore?: ReadMore) {
    this.#directory = directory;
    this.#host = host;
    this.#readMore = readMore;
  }

  /** Whether there is anything to read anew. */
  get hasSource(): boolean {
    return this.#directory !== undefined || this.#readMore !== undefined;
  }

  get errors(): readonly TemplateError[] {
    return this.#reading.errors;
  }

  async load(): Promise<void> {
    this.take(await this.read());
  }

  /** Reads everything anew, and keeps what was known. */
  async read(): Promise<ShelfReading> {
    if (!this.hasSource) return this.#reading;
    const { store, ...own } = await this.#readDirectory();
    const more = (await this.#readMore?.()) ?? { templates: [], errors: [] };
    const read = { templates: [...own.templates, ...more.templates], errors: [...own.errors, ...more.errors] };
    return { ...withoutClashes(keepTemplatesOfBadFiles(this.#reading, read, this.#directory)), store };
  }

  async #readDirectory(): Promise<ShelfReading> {
    if (this.#directory === undefined) return { templates: [], errors: [], store: undefined };
    const store = new TemplateStore(this.#directory, { cwd: this.#host.cwd });
    const loaded = await store.load();
    const vanished = this.#reading.templates.length > 0 && !existsSync(this.#directory);
    return { ...(vanished ? { templates: [], errors: [vanishedError(this.#directory)] } : loaded), store };
  }

  /** What was read takes the place of what was known. */
  take(reading: ShelfReading): void {
    this.#reading = reading;
    this.#templates.clear();
    for (const { template } of reading.templates) this.#templates.set(template.name, template);
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
    if (this.#reading.store !== undefined) return this.#reading.store;
    throw new ProcessError("ILLEGAL_STATE", "a template can only be written by a manager with a templateDir option");
  }
}

/**
 * Files that cannot be read keep the templates they had, and a directory that cannot be read all of them: a save half done,
 * or a disk that is away for a moment, must not stop what runs.
 */
function keepTemplatesOfBadFiles(
  before: LoadedTemplates,
  after: LoadedTemplates,
  directory: string | undefined,
): LoadedTemplates {
  const bad = new Set(after.errors.map(({ file }) => file));
  const names = new Set(after.templates.map(({ template }) => template.name));
  const isKept = ({ file, template }: LoadedTemplate): boolean =>
    (bad.has(file) || (directory !== undefined && bad.has(directory))) && !names.has(template.name);
  return { templates: [...after.templates, ...before.templates.filter(isKept)], errors: after.errors };
}

function vanishedError(directory: string): TemplateError {
  const message = "the template directory is gone, and every process stays as it is";
  return new TemplateError(directory, {
    path: [],
    at: "value",
    message,
    fix: "bring it back; remove single files to stop processes",
  });
}
