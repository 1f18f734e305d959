import { basename, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import type { LocatedProblem, ReadDocument, SourceDocument } from "../template/source-document.js";
import { textProblem } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import { isObject } from "../template/validate.js";
import type { DocumentPart, Format, Scope } from "./format.js";
import { findFormat, formats } from "./formats.js";
import { type Imported, importDocument } from "./import-document.js";
import { hasPrograms, importProgram } from "./import-program.js";
import { nothing } from "./nothing.js";
import { plainValueOf } from "./plain-value.js";
import { isProgram, isTypeScript } from "./program-files.js";
import { readData } from "./read-data.js";

export interface ImportOptions {
  /** Name of the format; left out, it is told by the content. */
  readonly format?: string | undefined;
  /** Name of the file, for messages; `.ts` and the like tell a program. @default "the text" */
  readonly file?: string | undefined;
  /** Directory that relative paths of a file are relative to, for systems that do so. @default cwd */
  readonly directory?: string | undefined;
  /** Directory that relative paths are relative to for all other systems. @default the host's working directory */
  readonly cwd?: string | undefined;
  /** Home directory, for systems that keep files there. @default directory */
  readonly home?: string | undefined;
  /** The text of a file that the text refers to, by its absolute path; undefined when there is none. */
  readonly readFile?: ((path: string) => string | undefined) | undefined;
  readonly exists?: ((path: string) => boolean) | undefined;
  /** The environment of the importing program, for references that are not looked up at each start. @default none */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Which set of variables is chosen where a system has several: `production` for `env_production` of PM2. */
  readonly environment?: string | undefined;
}

/** A thousand times a usual file. */
const longestText = 1024 * 1024;

/**
 * The processes in the text of another system's file, as templates, with a report of what became of each field. Everything that
 * is wrong with the text is in `errors`; nothing in it is evaluated.
 *
 * @throws ProcessError BAD_REQUEST when `format` is not known
 */
export function importText(text: string, options: ImportOptions = {}): Imported {
  const scope = scopeOf(options);
  const problem = faultOf(text);
  if (problem !== undefined) return nothing(scope, [problem]);
  const format = options.format === undefined ? undefined : formatNamed(options.format);
  if (isReadAsProgram(scope.file, format)) return importProgram(text, scope, format);
  if (isProgram(scope.file)) return nothing(scope, [unnamedProgram()]);
  if (format !== undefined) return read(format, text, scope);
  const detected = detectFormat(text, scope.file);
  if ("problems" in detected) return nothing(scope, detected.problems);
  return importDocument(detected.format, detected.document, { ...scope, document: detected.document.value });
}

/** The same for a text and those that it includes, of a format that makes one document of them. */
export function importTexts(text: string, included: readonly IncludedText[], options: ImportOptions): Imported {
  const format = formatNamed(options.format ?? "");
  const scope = scopeOf(options);
  const errors: TemplateError[] = [];
  const parts: DocumentPart[] = [];
  for (const { file, directory, text: content } of [{ file: "", directory: scope.directory, text }, ...included]) {
    const fault = content.trim() === "" && file !== "" ? undefined : faultOf(content);
    const document = fault === undefined ? format.read(content) : { problems: [fault] };
    if ("value" in document) parts.push({ file, directory, document });
    else
      errors.push(...document.problems.map((problem) => new TemplateError(file === "" ? scope.file : file, problem)));
  }
  const document = format.join?.(parts, scope) ?? { value: undefined, locate: () => undefined };
  const imported = importDocument(format, document, { ...scope, document: document.value });
  return { ...imported, errors: [...errors, ...imported.errors] };
}

export interface IncludedText {
  readonly file: string;
  /** Absolute. */
  readonly directory: string;
  readonly text: string;
}

/** What a text of a format includes, as it is written there. */
export function listIncludes(text: string, options: ImportOptions): readonly string[] {
  const format = formatNamed(options.format ?? "");
  const document = faultOf(text) === undefined ? format.read(text) : { problems: [] };
  return "value" in document ? (format.includes?.(document.value, scopeOf(options)) ?? []) : [];
}

/** Whether what an included file of this format includes is part of the document, too. */
export function isChained(format: string): boolean {
  return findFormat(format)?.isChained === true;
}

/** Whether a file of this format and those it includes are one document. */
export function isJoined(format: string): boolean {
  return findFormat(format)?.join !== undefined;
}

/**
 * The processes in an object of another system's configuration, as its programs hold it: also with RegExp in it.
 *
 * @throws ProcessError BAD_REQUEST when `format` is not known
 */
export function importValue(value: unknown, options: ImportOptions = {}): Imported {
  const surroundings = scopeOf({ file: "the configuration", ...options });
  const named = options.format === undefined ? undefined : formatNamed(options.format);
  const plain = plainValueOf(value);
  if ("problem" in plain) return nothing(surroundings, [plain.problem], named?.name);
  const scope = { ...surroundings, document: plain.value };
  const format = named ?? formats.find(({ read, detect }) => read === readData && detect(plain.value));
  if (format === undefined) return nothing(scope, [unknownSystem()]);
  return importDocument(format, { value: plain.value, locate: () => undefined }, scope);
}

/**
 * The name of the format of a text, told by its content, and where that does not tell by the name of its file; undefined when it is
 * none that drover reads.
 */
export function detectFormatName(text: string, file = ""): string | undefined {
  const detected = faultOf(text) === undefined ? detectFormat(text, file) : undefined;
  return detected !== undefined && "format" in detected ? detected.format.name : undefined;
}

/** JavaScript is a program of a system that has such only if somebody says so: for others it is configuration that is run. */
function isReadAsProgram(file: string, format: Format | undefined): boolean {
  return isTypeScript(file) || (format !== undefined && hasPrograms(format) && isProgram(file));
}

function unnamedProgram(): LocatedProblem {
  const names = formats.filter(hasPrograms).map(({ name }) => `--from ${name}`);
  const fix = `let drover evaluate it with --allow-js, or name it with ${names.join(" or ")}`;
  return textProblem("is a program, and only data is read", {}, undefined, fix);
}

type Detected =
  | { readonly format: Format; readonly document: SourceDocument }
  | { readonly problems: readonly LocatedProblem[] };

function detectFormat(text: string, file: string): Detected {
  const named = formats.find(({ fileName }) => fileName?.test(basename(file)) === true);
  const readings = new Map<Format["read"], ReadDocument>();
  for (const format of formats.filter(({ isLike }) => isLike !== true || named === undefined)) {
    const document = readings.get(format.read) ?? format.read(text);
    readings.set(format.read, document);
    if ("value" in document && !hasFaults(document) && format.detect(document.value)) return { format, document };
  }
  const meant = formats.find((format) => isNearly(readings.get(format.read), format)) ?? named;
  if (meant === undefined) return { problems: problemsOf(readings.get(readerMeantBy(text))) };
  const document = readings.get(meant.read) ?? meant.read(text);
  return "value" in document ? { format: meant, document } : document;
}

const hasFaults = ({ faults = [] }: SourceDocument): boolean => faults.length > 0;

/** Whether a text is of a format but for some of its lines, of which it has more good ones. */
function isNearly(document: ReadDocument | undefined, { detect }: Format): boolean {
  if (document === undefined || !("value" in document) || !isObject(document.value)) return false;
  const { value, faults = [] } = document;
  return faults.length > 0 && faults.length <= Object.keys(value).length && detect(value);
}

/** How the text is meant to be read: as its first line tells, else as most files are. */
function readerMeantBy(text: string): Format["read"] {
  const first = /^\uFEFF?(?:[ \t]*(?:[#;].*)?\r?\n)*(.*)/.exec(text)?.[1] ?? "";
  return formats.find(({ firstLine }) => firstLine?.test(first) === true)?.read ?? readData;
}

function problemsOf(document: ReadDocument | undefined): readonly LocatedProblem[] {
  if (document === undefined) return [unknownSystem()];
  if ("problems" in document) return document.problems;
  const { faults = [] } = document;
  return faults.length > 0 ? faults : [unknownSystem()];
}

function unknownSystem(): ReturnType<typeof textProblem> {
  const known = formats.map(({ name }) => name).join(", ");
  return textProblem("is no file of a system drover knows", {}, `one of ${known}`, "name it with --from");
}

function read(format: Format, text: string, scope: Scope): Imported {
  const document = format.read(text);
  if (!("problems" in document)) return importDocument(format, document, { ...scope, document: document.value });
  return nothing(scope, document.problems, format.name);
}

function formatNamed(name: string): Format {
  const format = findFormat(name);
  if (format !== undefined) return format;
  const known = formats.map((each) => each.name).join(", ");
  throw new ProcessError("BAD_REQUEST", `unknown format ${JSON.stringify(name)}; expected one of ${known}`);
}

function scopeOf(options: ImportOptions): Scope {
  const hostCwd = resolve(options.cwd ?? ".");
  const directory = resolve(options.directory ?? hostCwd);
  return {
    file: options.file ?? "the text",
    directory,
    hostCwd,
    home: options.home ?? directory,
    readFile: options.readFile ?? (() => undefined),
    exists: options.exists ?? (() => false),
    environment: options.environment,
    env: options.env ?? {},
    document: undefined,
  };
}

function faultOf(text: string): LocatedProblem | undefined {
  if (text.length > longestText) {
    return textProblem(`is ${text.length} characters long`, {}, `at most ${longestText}; no such file is that long`);
  }
  if (text.includes("\0")) return textProblem("the file contains NUL bytes", {}, "a text file");
  return text.trim() === "" ? textProblem("the file is empty", {}, "processes") : undefined;
}
