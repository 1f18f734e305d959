import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import { type DecodedTemplate, decode } from "./decode.js";
import { encode, toJson } from "./encode.js";
import { encodingOf, templateExtensions } from "./encoding.js";
import { describeProblem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";
import { describeFailure, isMistakenTemplate, type ReadBytes, readTemplateFile } from "./read-file.js";
import { readTemplate } from "./read-template.js";
import { textProblem } from "./source-document.js";
import { TemplateError } from "./template-error.js";
import { writeFileAtomically } from "./write-file.js";

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
    for (const name of await this.#list(errors)) {
      const file = join(this.#directory, name);
      const { hostCwd, read } = { hostCwd: resolve(this.#options.cwd ?? "."), read: this.#options.read };
      const decoded = await readTemplateFile(resolve(file), { hostCwd, read, within: this.#directory });
      errors.push(...decoded.problems.map((problem) => new TemplateError(file, problem)));
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
    assertValid(template);
    const file = this.#fileOf(template.name);
    const base = { cwd: resolve(this.#directory) };
    this.#assertReplaceable(file, template.name);
    try {
      // A link stays one: what it leads to is replaced.
      const target = existsSync(file) ? realpathSync(file) : file;
      writeFileAtomically(target, encode(template, encodingOf(file) ?? "json", base));
    } catch (error) {
      const message = `the template file ${file} cannot be written: ${describeFailure(error)}`;
      throw new ProcessError("INTERNAL", message, { process: template.name, cause: error });
    }
    this.#templates.set(template.name, { template, file });
    return file;
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

  #assertReplaceable(file: string, name: string): void {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
    const refuse = (reason: string): never => {
      const message = `the template ${JSON.stringify(name)} cannot be written to ${file}: ${reason}; edit or move that file first`;
      throw new ProcessError("ILLEGAL_STATE", message, { process: name });
    };
    const target = existsSync(file) ? realpathSync(file) : refuse("it is a link that leads nowhere");
    const directory = realpathSync(this.#directory);
    if (dirname(target) !== directory && !target.startsWith(`${directory}/`))
      refuse("it is a link that leaves the directory");
    if (!lstatSync(target).isFile()) refuse("it is not a file");
    const held = decode(readFileSync(target), encodingOf(file) ?? "json", { cwd: directory });
    if (held.isList) refuse("it holds a list of templates");
    const [other] = held.templates;
    if (other === undefined) refuse("it holds no valid template");
    else if (other.template.name !== name) refuse(`it holds the template ${JSON.stringify(other.template.name)}`);
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

/** A template object may come from anywhere; only what a file would be accepted for is written into one. */
function assertValid(template: ProcessTemplate): void {
  const read = readTemplate(toJson(template), "file", { cwd: template.cwd });
  if (read.template !== undefined) return;
  const lines = read.problems.map((problem) => `  ${describeProblem(problem)}`);
  const message = `the template ${JSON.stringify(template.name)} is not valid:\n${lines.join("\n")}`;
  throw new ProcessError("INVALID_TEMPLATE", message, { process: template.name });
}
