import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { describeFailure } from "../template/read-file.js";
import { textProblem } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import type { ReportRow } from "./format.js";
import type { Imported } from "./import-document.js";
import {
  type ImportOptions,
  type IncludedText,
  importText,
  importTexts,
  isChained,
  isJoined,
  listIncludes,
} from "./import-text.js";
import { listIncluded } from "./list-included.js";
import { nothing } from "./nothing.js";

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
  if (imported.includes.length === 0) return imported;
  const found = imported.includes.map((pattern) => listMeant(dirname(resolve(path)), pattern, format));
  const files = [...new Set(found.flat())];
  const { includes } = imported;
  const empty = includes.filter((_, index) => found[index]?.length === 0).map(describeEmpty);
  if (isJoined(format)) return withRows(importJoined(path, files, { ...options, format }), empty);
  // What an included file includes is not read: two that include each other would never end.
  return files.reduce((whole, file) => merge(whole, importOne(file, { ...options, format }), file), imported);
}

/** The files that a path means in a format. */
const listMeant = (directory: string, pattern: string, format: string): readonly string[] =>
  isChained(format) ? [resolve(directory, pattern)] : listIncluded(directory, pattern);

function describeEmpty(pattern: string): ReportRow {
  const note = `${pattern} fits no file now`;
  return { process: "", field: "include", outcome: "mapped", to: "", note, line: undefined, column: undefined };
}

function withRows(imported: Imported, rows: readonly ReportRow[]): Imported {
  return { ...imported, report: [...imported.report, ...rows] };
}

/** A file and those it includes as one document. */
function importJoined(path: string, files: readonly string[], options: ImportFileOptions): Imported {
  const { texts, errors } = readIncluded(resolve(path), files, options);
  const main = readText(resolve(path));
  const imported = importTexts("text" in main ? main.text : "", texts, surroundingsOf(path, options));
  return { ...imported, errors: [...imported.errors, ...errors] };
}

interface Included {
  readonly texts: readonly IncludedText[];
  readonly errors: readonly TemplateError[];
}

/** The texts of files, and of those that they include themselves, where that goes on. */
function readIncluded(main: string, files: readonly string[], options: ImportFileOptions): Included {
  const errors: TemplateError[] = [];
  const texts: IncludedText[] = [];
  const isChain = isChained(options.format ?? "");
  const taken = new Set(isChain ? [main] : []);
  const listed = files.map((file) => ({ file, from: main }));
  // The list grows while it is gone through.
  for (const { file, from } of listed) {
    const read = taken.has(file) ? undefined : readText(file);
    taken.add(file);
    if (read === undefined) {
      errors.push(new TemplateError(from, textProblem(`${file} extends itself, or is extended twice`, {})));
    } else if ("problem" in read) {
      errors.push(new TemplateError(file, textProblem(read.problem, {})));
    } else {
      texts.push({ file, directory: dirname(file), text: read.text });
      const next = isChain ? listIncludes(read.text, surroundingsOf(file, options)) : [];
      listed.push(...next.map((other) => ({ file: resolve(dirname(file), other), from: file })));
    }
  }
  return { texts, errors };
}

function importOne(path: string, options: ImportFileOptions): Imported {
  const read = readText(resolve(path));
  if ("problem" in read) return nothing({ file: path }, [textProblem(read.problem, {})], options.format);
  return importText(read.text, surroundingsOf(path, options));
}

function surroundingsOf(path: string, options: ImportFileOptions): ImportOptions {
  const readFile = (other: string): string | undefined => {
    const text = readText(other);
    return "text" in text ? text.text : undefined;
  };
  const directory = dirname(resolve(path));
  return { home: homedir(), ...options, file: path, directory, readFile, exists: existsSync };
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
    report: [...whole.report, ...part.report.map((row) => ({ ...row, file }))],
    errors: [...whole.errors, ...part.errors, ...errors],
  };
}
