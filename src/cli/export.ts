import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProcessError } from "../errors.js";
import type { ReportRow } from "../formats/format.js";
import { type Exported, exportTemplates } from "../formats/index.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { describeFailure } from "../template/read-file.js";
import { TemplateStore } from "../template/store.js";
import { didYouMean } from "../template/suggestion.js";
import type { TemplateError } from "../template/template-error.js";
import { readConfigFile } from "./config-file.js";
import { exitCode } from "./exit-code.js";
import { type ForeignFlags, requireForeignFile } from "./foreign-flags.js";
import { makeOutputDirectory } from "./make-output-directory.js";
import { tellReport } from "./tell-report.js";
import type { Terminal } from "./terminal.js";

export interface ExportFlags extends ForeignFlags {
  readonly to: string;
  readonly templateDir: string;
  /** A configuration file, or the file of another system, in place of the template directory. */
  readonly config?: string;
  readonly image?: string;
  readonly write?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Writes templates as files of another system and tells what could not be kept; gives the exit code. */
export async function runExport(names: readonly string[], flags: ExportFlags, terminal: Terminal): Promise<number> {
  const source = await readSource(flags);
  const templates = names.length === 0 ? allOf(source, terminal) : chosen(names, source);
  if (templates === undefined) return exitCode.usage;
  const exported = exportTemplates(templates, flags.to, { image: flags.image });
  const imported = source.report?.filter(({ process }) => process === "" || isAbout(process, templates));
  for (const hint of exported.hints) terminal.err(hint);
  if (flags.json === true) terminal.out(JSON.stringify({ ...exported, imported }, null, 2));
  else tellLosses(exported, imported, { flags, terminal });
  if (flags.strict === true && [...(imported ?? []), ...exported.report].some(isDropped)) return exitCode.usage;
  deliver(exported, flags, terminal);
  return exitCode.done;
}

interface Source {
  /** What it is called in messages. */
  readonly name: string;
  readonly templates: readonly ProcessTemplate[];
  readonly errors: readonly TemplateError[];
  /** What became of the fields of another system's file. */
  readonly report?: readonly ReportRow[] | undefined;
}

async function readSource(flags: ExportFlags): Promise<Source> {
  requireForeignFile(flags);
  const { config, templateDir } = flags;
  if (config === undefined) {
    const { templates, errors } = await new TemplateStore(templateDir).load();
    return { name: templateDir, templates: templates.map(({ template }) => template), errors };
  }
  const { templates = [], optionErrors, templateErrors, report } = await readConfigFile(config, flags);
  const errors = [...optionErrors, ...templateErrors];
  return { name: config, templates: templates.map(({ template }) => template), errors, report };
}

/** Every template; undefined when one of them is wrong, as files for all would lack it. */
function allOf({ name, templates, errors }: Source, terminal: Terminal): readonly ProcessTemplate[] | undefined {
  for (const error of errors) terminal.err(`error: ${String(error)}`);
  if (errors.length > 0) return undefined;
  if (templates.length > 0) return templates;
  throw new ProcessError("TEMPLATE_NOT_FOUND", `there are no templates in ${name}`);
}

function chosen(names: readonly string[], { name: source, templates }: Source): readonly ProcessTemplate[] {
  return [...new Set(names)].map((name) => {
    const template = templates.find((one) => one.name === name);
    if (template !== undefined) return template;
    const known = templates.map((one) => one.name);
    const hint = didYouMean(name, known);
    const message = `there is no valid template ${JSON.stringify(name)} in ${source}`;
    throw new ProcessError("TEMPLATE_NOT_FOUND", hint === undefined ? message : `${message}; ${hint}`);
  });
}

const isAbout = (process: string, templates: readonly ProcessTemplate[]): boolean =>
  templates.some(({ name }) => name === process);

const isDropped = ({ outcome }: { readonly outcome: string }): boolean => outcome === "dropped";

function tellLosses(
  { report }: Exported,
  imported: readonly ReportRow[] | undefined,
  { flags, terminal }: { readonly flags: ExportFlags; readonly terminal: Terminal },
): void {
  if (imported !== undefined) tellReport(imported, flags, terminal);
  for (const { outcome, process, field, note } of report) {
    if (outcome !== "mapped") terminal.err(`${outcome}: ${process}: ${field}: ${note}`);
  }
}

function deliver(exported: Exported, { write, json }: ExportFlags, terminal: Terminal): void {
  if (write !== undefined) writeFiles(exported, write);
  else if (json !== true) printFiles(exported, terminal);
}

function printFiles({ files }: Exported, terminal: Terminal): void {
  for (const { name, text } of files) {
    // JSON has no comments.
    terminal.out(name.endsWith(".json") ? text.trimEnd() : `# ${name}\n${text}`);
  }
}

/**
 * A file that is there already is somebody's: it is not replaced, and then none is written. Nor is any left when one cannot be written.
 *
 * @throws ProcessError NAME_TAKEN
 */
function writeFiles({ files }: Exported, directory: string): void {
  const taken = files.map(({ name }) => join(directory, name)).filter((path) => existsSync(path));
  if (taken.length > 0) {
    const verb = taken.length === 1 ? "exists" : "exist";
    throw new ProcessError("NAME_TAKEN", `${taken.join(", ")} ${verb} already; nothing is written, move it away first`);
  }
  makeOutputDirectory(directory);
  const made: string[] = [];
  try {
    for (const { name, text } of files) {
      const path = join(directory, name);
      closeSync(openSync(path, "wx"));
      made.push(path);
      writeFileSync(path, text);
    }
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    throw new ProcessError("BAD_REQUEST", `cannot write to ${directory}: ${describeFailure(error)}`, { cause: error });
  }
}
