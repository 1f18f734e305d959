import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import picomatch from "picomatch";
import { describeFailure } from "../template/read-file.js";
import { type LocatedProblem, textProblem } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import type { Imported } from "./import-document.js";
import { type ImportOptions, importText } from "./import-text.js";
import { isProgram } from "./is-program.js";

/** A thousand times a usual file. */
const largestBytes = 1024 * 1024;

export type ImportFileOptions = Pick<ImportOptions, "format" | "cwd" | "home" | "env" | "environment">;

/**
 * The processes in a file of another system, as templates, with a report of what became of each field. Files that it includes are
 * read as well. Everything that is wrong is in `errors`; nothing is evaluated.
 *
 * @throws ProcessError BAD_REQUEST when `format` is not known
 */
export function importFile(path: string, options: ImportFileOptions = {}): Imported {
  const imported = importOne(path, options);
  const format = options.format ?? imported.format;
  const included = imported.includes.flatMap((pattern) => listIncluded(resolve(dirname(resolve(path)), pattern)));
  // What an included file includes is not read: two that include each other would never end.
  return included.reduce((whole, file) => merge(whole, importOne(file, { ...options, format }), file), imported);
}

function importOne(path: string, options: ImportFileOptions): Imported {
  if (isProgram(path))
    return faulty(path, textProblem("is a program, and only data is read", {}, undefined, programFix));
  const read = readText(resolve(path));
  if ("problem" in read) return { ...faulty(path, textProblem(read.problem, {})), format: options.format ?? "" };
  const directory = dirname(resolve(path));
  const readFile = (other: string): string | undefined => {
    const text = readText(other);
    return "text" in text ? text.text : undefined;
  };
  return importText(read.text, { home: homedir(), ...options, file: path, directory, readFile, exists: existsSync });
}

const programFix = "let drover evaluate it with --allow-js";

/** What a file became that could not even be read. */
function faulty(path: string, problem: LocatedProblem): Imported {
  return { format: "", templates: [], report: [], errors: [new TemplateError(path, problem)], includes: [] };
}

function readText(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    const stats = statSync(path);
    // Reading a named pipe would wait for a writer for ever.
    if (!stats.isFile()) return { problem: stats.isDirectory() ? "is a directory; expected a file" : "is not a file" };
    if (stats.size > largestBytes) return { problem: `is ${stats.size} bytes large; expected at most ${largestBytes}` };
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { problem: "is not valid UTF-8; save it as UTF-8" };
    return { problem: `cannot be read: ${describeFailure(error)}` };
  }
}

/** The files meant by a path: the templates of a directory, the files a pattern fits, or the one file. */
function listIncluded(path: string): readonly string[] {
  const isPattern = /[*?[]/.test(basename(path));
  const isDirectory = !isPattern && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isPattern && !isDirectory) return [path];
  const [directory, pattern] = isDirectory ? [path, "*.json"] : [dirname(path), basename(path)];
  try {
    const isMeant = picomatch(pattern);
    const names = readdirSync(directory).filter((name) => isMeant(name));
    return names.sort().map((name) => join(directory, name));
  } catch {
    return [path];
  }
}

function merge(whole: Imported, part: Imported, file: string): Imported {
  const taken = new Set(whole.templates.map(({ name }) => name));
  const clashes = part.templates.filter(({ name }) => taken.has(name));
  const errors = clashes.map(({ name }) => {
    const message = `the name ${JSON.stringify(name)} is already used in another file`;
    return new TemplateError(file, textProblem(message, {}, undefined, "rename one of the two"));
  });
  return {
    ...whole,
    templates: [...whole.templates, ...part.templates.filter(({ name }) => !taken.has(name))],
    report: [...whole.report, ...part.report],
    errors: [...whole.errors, ...part.errors, ...errors],
  };
}
