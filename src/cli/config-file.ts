import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ReportRow } from "../formats/format.js";
import { isJavaScript } from "../formats/program-files.js";
import { describeValue } from "../template/complaint.js";
import { decodeEntries, readText } from "../template/decode.js";
import { encodingOf } from "../template/encoding.js";
import { describeFailure } from "../template/read-file.js";
import { type ReadDocument, type SourceDocument, textProblem } from "../template/source-document.js";
import { type LoadedTemplate, type LoadedTemplates, TemplateError } from "../template/store.js";
import { isObject } from "../template/validate.js";
import { type ConfigOptions, readConfigOptions } from "./config-options.js";
import type { ForeignFlags } from "./foreign-flags.js";

/** What a configuration file says. */
export interface Config {
  readonly options: ConfigOptions;
  /** Undefined when it has no list of them. */
  readonly templates: readonly LoadedTemplate[] | undefined;
  /** What is wrong with the options, or with the file as such. */
  readonly optionErrors: readonly TemplateError[];
  readonly templateErrors: readonly TemplateError[];
  /** What became of the fields of another system's file; undefined for a file of drover's own. */
  readonly report?: readonly ReportRow[];
}

const extensions = [".json", ".yaml", ".yml", ".js", ".mjs", ".cjs"] as const;

/** Whether a file is a configuration by its name, not a template. */
export function isConfigFile(file: string): boolean {
  return extensions.some((extension) => basename(file) === `drover.config${extension}`);
}

/** The configuration file of a directory; undefined when it has none. */
export function findConfigFile(directory: string): string | undefined {
  return extensions.map((extension) => join(directory, `drover.config${extension}`)).find((file) => existsSync(file));
}

/**
 * Reads a configuration file, or the file of another system. Everything wrong with it is in what is given back.
 *
 * @throws ProcessError BAD_REQUEST for a name of no system that is known
 */
export async function readConfigFile(file: string, flags: ForeignFlags = {}): Promise<Config> {
  if (await isEndless(file)) return faulty([new TemplateError(shown(file), textProblem("is not a file", {}))]);
  const isOwn = isConfigFile(file) && flags.from === undefined;
  if (!isOwn && (flags.from !== undefined || (await isForeign(file)))) return await readForeign(file, flags);
  try {
    const document = await readerFor(file)(resolve(file));
    return describeDocument(document, file);
  } catch (reason) {
    if (reason instanceof ConfigFault) return faulty(reason.errors);
    return faulty([new TemplateError(shown(file), textProblem(`cannot be read: ${describeFailure(reason)}`, {}))]);
  }
}

/** Reading a named pipe would wait for a writer for ever, and a device may have no end. */
async function isEndless(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** Unwinds a reader; never leaves this file. */
class ConfigFault extends Error {
  readonly errors: readonly TemplateError[];

  constructor(errors: readonly TemplateError[]) {
    super("the configuration cannot be read");
    this.errors = errors;
  }
}

/** A configuration of drover may have any name, so the content tells. That of a program is known when it has been evaluated. */
async function isForeign(file: string): Promise<boolean> {
  const encoding = encodingOf(file);
  if (isJavaScript(file) || encoding === undefined) return true;
  if (encoding === "binpb") return false;
  const { detectFormatName } = await import("../formats/index.js");
  const text = await readFile(file, "utf8").catch(() => "");
  // One with templates is drover's own, whatever it is called.
  const name = hasTemplates(readText(Buffer.from(text), encoding)) ? "" : file;
  return detectFormatName(text, name) !== undefined;
}

const hasTemplates = (document: ReadDocument): boolean =>
  "value" in document && isObject(document.value) && "templates" in document.value;

async function readForeign(file: string, flags: ForeignFlags): Promise<Config> {
  const { evaluateForeign } = await import("./import-foreign.js");
  const { imported, value } = await evaluateForeign(file, flags);
  const { format, templates, errors, report } = imported;
  if (format === "" && value !== undefined) return describeDocument({ value, locate: () => undefined }, file);
  const isUsable = templates.length > 0;
  return {
    options: {},
    templates: templates.map((template) => ({ template, file: shown(file) })),
    optionErrors: isUsable ? [] : errors,
    templateErrors: isUsable ? errors : [],
    report,
  };
}

type ReadConfig = (path: string) => Promise<SourceDocument>;

/** Decides by its name how a file is read. */
function readerFor(file: string): ReadConfig {
  if (isJavaScript(file)) return importProgram;
  const encoding = encodingOf(file);
  if (encoding === "json" || encoding === "yaml") return readDocument;
  const problem = textProblem("is not a kind of configuration drover reads", {}, `one of ${extensions.join(", ")}`);
  throw new ConfigFault([new TemplateError(shown(file), problem)]);
}

async function readDocument(path: string): Promise<SourceDocument> {
  const encoding = encodingOf(path) === "json" ? "json" : "yaml";
  const document = readText(await readFile(path), encoding);
  if (!("problems" in document)) return document;
  throw new ConfigFault(document.problems.map((problem) => new TemplateError(shown(path), problem)));
}

/** Runs the user's own program. Its query has a changed one loaded anew. */
async function importProgram(path: string): Promise<SourceDocument> {
  const { mtimeMs } = await stat(path);
  const loaded = (await import(`${pathToFileURL(path).href}?at=${mtimeMs}`)) as { default?: unknown };
  if (loaded.default !== undefined) return { value: loaded.default, locate: () => undefined };
  const problem = textProblem("has no default export", {}, "an object", "write: export default { … }");
  throw new ConfigFault([new TemplateError(shown(path), problem)]);
}

function describeDocument(document: SourceDocument, file: string): Config {
  const { value } = document;
  if (!isObject(value)) {
    const problem = textProblem(`is ${describeValue(value)}`, {}, "an object with options, templates or both");
    return faulty([new TemplateError(shown(file), problem)]);
  }
  const directory = dirname(resolve(file));
  const { options, problems } = readConfigOptions(value, directory);
  const optionErrors = problems.map(
    (problem) => new TemplateError(shown(file), { ...problem, ...document.locate(problem.path, problem.at) }),
  );
  if (value["templates"] === undefined) return { options, templates: undefined, optionErrors, templateErrors: [] };
  const read = decodeEntries(document, value["templates"], { cwd: directory });
  return {
    options,
    templates: read.templates.map(({ template }) => ({ template, file: shown(file) })),
    optionErrors,
    templateErrors: read.problems.map((problem) => new TemplateError(shown(file), problem)),
  };
}

function faulty(optionErrors: readonly TemplateError[]): Config {
  return { options: {}, templates: undefined, optionErrors, templateErrors: [] };
}

/** As short as a path can be told. */
function shown(file: string): string {
  const short = relative(process.cwd(), resolve(file));
  return short.startsWith("..") ? resolve(file) : short;
}

/** The templates of a configuration file, as it is at each call. */
export async function readConfigTemplates(file: string, flags: ForeignFlags = {}): Promise<LoadedTemplates> {
  const { templates = [], optionErrors, templateErrors } = await readConfigFile(file, flags);
  return { templates, errors: [...optionErrors, ...templateErrors] };
}
