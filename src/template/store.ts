import { lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import type { DecodedTemplate } from "./decode.js";
import { encodingOf, templateExtensions } from "./encoding.js";
import type { ProcessTemplate } from "./process-template.js";
import { describeFailure, isMistakenTemplate, type ReadBytes, readTemplateFile } from "./read-file.js";
import { textProblem } from "./source-document.js";
import { TemplateError } from "./template-error.js";
import { writeTemplateFile } from "./write-template.js";

export { TemplateError } from "./template-error.js";

/** A template and the file it stands in. */
export interface LoadedTemplate {
  readonly template: ProcessTemplate;
  readonly file: string;
}

/** The good templates, in the order of their files, and everything wrong with the others. */
export interface LoadedTemplates {
  readonly templates: readonly LoadedTemplate[];
  readonly errors: readonly TemplateError[];
}

export interface TemplateStoreOptions {
  /** Working directory of templates that have none of their own and no directory to take it from. @default the host's */
  readonly cwd?: string | undefined;
  /** Reads the bytes of a file; for tests. */
  readonly read?: ReadBytes | undefined;
}

/**
 * The templates of one directory: its files `*.json`, `*.yaml`, `*.yml`, `*.textproto` and `*.binpb`. Hidden files, directories
 * below it and files of other kinds are ignored, but for those that were surely meant as templates (such as `.jsonc`, `.toml`,
 * `.txtpb`), which are errors.
 */
export class TemplateStore {
  readonly #directory: string;
  readonly #options: TemplateStoreOptions;
  #templates = new Map<string, LoadedTemplate>();

  constructor(directory: string, options: TemplateStoreOptions = {}) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Reads all files anew. A bad file or a bad entry of a list is an error beside the good ones; a missing directory is empty. */
  async load(): Promise<LoadedTemplates> {
    const templates = new Map<string, LoadedTemplate>();
    const errors: TemplateError[] = [];
    const hostCwd = resolve(this.#options.cwd ?? ".");
    const options = { hostCwd, read: this.#options.read, within: this.#directory };
    for (const name of await this.#list(errors)) {
      const file = join(this.#directory, name);
      const decoded = await readTemplateFile(resolve(file), options);
      for (const problem of decoded.problems) errors.push(new TemplateError(file, problem));
      for (const entry of decoded.templates) this.#add(templates, entry, file, errors);
    }
    this.#templates = templates;
    return { templates: [...templates.values()], errors };
  }

  /** A template of the last load or write, by its name. */
  get(name: string): ProcessTemplate | undefined {
    return this.#templates.get(name)?.template;
  }

  /** The templates of the last load and the writes since. */
  all(): readonly ProcessTemplate[] {
    return [...this.#templates.values()].map(({ template }) => template);
  }

  /**
   * Writes a template to its file, in the file's encoding; a new one to `<name>.json`. Returns the path of the file.
   *
   * @throws ProcessError INVALID_TEMPLATE when the template is not valid, ILLEGAL_STATE when the file holds something else than
   * this one template, INTERNAL with the cause when it cannot be written.
   */
  writeSync(template: ProcessTemplate): string {
    try {
      const file = this.#fileOf(template.name);
      writeTemplateFile(file, template, this.#directory);
      this.#templates.set(template.name, { template, file });
      return file;
    } catch (error) {
      if (error instanceof ProcessError) throw error;
      const message = `the template cannot be written to ${this.#directory}: ${describeFailure(error)}`;
      throw new ProcessError("INTERNAL", message, { process: template.name, cause: error });
    }
  }

  /** `writeSync` for callers that await. */
  async write(template: ProcessTemplate): Promise<string> {
    return this.writeSync(template);
  }

  async #list(errors: TemplateError[]): Promise<string[]> {
    try {
      const names = await readdir(this.#directory);
      const wanted = (name: string) => encodingOf(name) !== undefined || isMistakenTemplate(name);
      return names.filter((name) => !name.startsWith(".") && wanted(name)).sort();
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      errors.push(new TemplateError(this.#directory, textProblem(`cannot be listed: ${describeFailure(error)}`, {})));
      return [];
    }
  }

  #add(templates: Map<string, LoadedTemplate>, entry: DecodedTemplate, file: string, errors: TemplateError[]): void {
    const { template, nameAt } = entry;
    const earlier = templates.get(template.name);
    if (earlier === undefined) {
      templates.set(template.name, { template, file });
      return;
    }
    const message = `the name ${JSON.stringify(template.name)} is already used in ${earlier.file}`;
    errors.push(new TemplateError(file, { ...nameAt, message, fix: "rename one of the two" }));
  }

  /** The file the template came from, or the one of its name that is there already, or a new one. */
  #fileOf(name: string): string {
    const loaded = this.#templates.get(name)?.file;
    if (loaded !== undefined) return loaded;
    const candidates = templateExtensions.map((extension) => join(this.#directory, `${name}${extension}`));
    return (
      candidates.find((file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined) ??
      join(this.#directory, `${name}.json`)
    );
  }
}

/** Reads one file, which may be anywhere; for checking templates before they are used. */
export async function validateFile(path: string, options: { readonly cwd?: string } = {}): Promise<LoadedTemplates> {
  const { templates, problems } = await readTemplateFile(resolve(path), { hostCwd: resolve(options.cwd ?? ".") });
  return {
    templates: templates.map(({ template }) => ({ template, file: path })),
    errors: problems.map((problem) => new TemplateError(path, problem)),
  };
}
