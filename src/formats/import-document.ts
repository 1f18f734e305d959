import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import type { ProcessTemplate } from "../template/process-template.js";
import {
  type LocatedProblem,
  locateProblem,
  type Position,
  type SourceDocument,
  textProblem,
} from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import { isObject } from "../template/validate.js";
import type { Entries, Entry, Format, PlacelessRow, ReportRow, Scope } from "./format.js";
import { importEntry } from "./import-entry.js";
import { findUntold } from "./untold.js";

/** What a foreign file became. */
export interface Imported {
  /** Name of the format; empty when it is none that is known. */
  readonly format: string;
  readonly templates: readonly ProcessTemplate[];
  /** A row for each field of the file. */
  readonly report: readonly ReportRow[];
  /** What is wrong with the file; the entries that are good are in `templates` all the same. */
  readonly errors: readonly TemplateError[];
  /** Files and directories that belong to this one and have not been read: `importFile` does that. */
  readonly includes: readonly string[];
}

/** More processes than a host can hold. */
const mostEntries = 10_000;
/** Nobody reads more. */
const mostErrors = 1000;

/** A document, and what its importer may know of the world around it. */
export interface Source {
  readonly document: SourceDocument;
  readonly scope: Scope;
  /** Whether it is one process, not a list of them. */
  readonly isEntry: boolean;
}

/** The processes of a document of a known format. */
export function importDocument(format: Format, document: SourceDocument, scope: Scope): Imported {
  return importSources(format, [{ document, scope, isEntry: false }], scope.file);
}

/** The processes of several documents that make one file. */
export function importSources(format: Format, sources: readonly Source[], file: string): Imported {
  const whole: Whole = { rows: [], faults: [], templates: new Map(), processes: 0 };
  for (const source of sources) importSource(format, source, whole);
  const { rows, faults, templates, processes } = whole;
  if (processes > mostEntries) faults.push(tooMany(processes));
  return {
    format: format.name,
    templates: [...templates.values()],
    report: rows.sort(byPlace),
    errors: faults
      .sort(byPlace)
      .slice(0, mostErrors)
      .map((fault) => new TemplateError(fault.file ?? file, fault)),
    includes: sources.flatMap(({ document, scope }) => format.includes?.(document.value, scope) ?? []),
  };
}

/** What a file has become so far. */
interface Whole {
  readonly rows: ReportRow[];
  readonly faults: LocatedProblem[];
  readonly templates: Map<string, ProcessTemplate>;
  processes: number;
}

function importSource(format: Format, { document, scope, isEntry }: Source, whole: Whole): void {
  const { entries, others = [], rows: told = [], problems = [] } = listEntries(format, { document, scope, isEntry });
  whole.faults.push(...(document.faults ?? []));
  const faults: Problem[] = [...problems, ...others.flatMap((path) => complainOfOther(format, document, path))];
  const rows = [...others.map((path) => describeOther(format, path)), ...told];
  for (const entry of entries.slice(0, Math.max(0, mostEntries - whole.processes))) {
    const imported = importEntry(format, entry, scope);
    rows.push(...imported.rows);
    faults.push(...imported.problems);
    addTemplate(whole.templates, imported.template, { entry, faults });
  }
  whole.processes += entries.length;
  whole.rows.push(...rows.map((row) => placeRow(document, row)));
  whole.faults.push(...faults.slice(0, mostErrors).map((fault) => locateProblem(document, fault)));
}

function listEntries(format: Format, { document, scope, isEntry }: Source): Entries {
  const { value } = document;
  const problems = findUntold(value, [], "outer");
  if (problems.length > 0) return { entries: [], problems };
  if (isEntry) return { entries: [{ path: [], value }] };
  const listed = format.entries(value, scope);
  return { ...listed, problems: [...(listed.problems ?? []), ...faultOfChoice(format, value, scope)] };
}

function faultOfChoice(format: Format, value: unknown, { environment }: Scope): readonly Problem[] {
  const known = format.environments?.(value) ?? [];
  if (environment === undefined || known.includes(environment)) return [];
  const message = `has no environment ${JSON.stringify(environment)}`;
  return [{ path: [], at: "value", message, expected: known.length === 0 ? undefined : `one of ${known.join(", ")}` }];
}

function tooMany(amount: number): LocatedProblem {
  return textProblem(`has ${amount} processes`, {}, `at most ${mostEntries}`);
}

function addTemplate(
  templates: Map<string, ProcessTemplate>,
  template: ProcessTemplate | undefined,
  { entry, faults }: { readonly entry: Entry; readonly faults: Problem[] },
): void {
  if (template === undefined) return;
  if (templates.has(template.name)) {
    const message = `the name ${JSON.stringify(template.name)} is already used in this file`;
    faults.push({ path: entry.path, at: "key", message, fix: "rename one of the two" });
  } else templates.set(template.name, template);
}

/** What is wrong with a setting that has an effect, but is not told. */
function complainOfOther(format: Format, document: SourceDocument, path: readonly PathPart[]): readonly Problem[] {
  if (describeOther(format, path).outcome !== "mapped") return [];
  const value = path.reduce<unknown>((outer, part) => (isObject(outer) ? outer[part] : undefined), document.value);
  return findUntold(value, path);
}

function describeOther(format: Format, path: readonly PathPart[]): PlacelessRow {
  const field = path.filter((part) => typeof part === "string").join(".");
  const rule = format.documentRules.find((known) => isAbout(known.field, field));
  const { outcome = "dropped" as const, note = `drover knows no such field of ${format.title}` } = rule ?? {};
  return { process: "", path, outcome, to: "", note };
}

/** A rule whose field ends with `*` is about every one that begins so. */
function isAbout(known: string, field: string): boolean {
  if (known.endsWith("*")) return field.startsWith(known.slice(0, -1));
  return field === known || field.startsWith(`${known}.`);
}

function placeRow(document: SourceDocument, { path, ...row }: PlacelessRow): ReportRow {
  const { line, column, file } = document.locate(path, "key") ?? {};
  return { ...row, field: formatPath(path), line, column, ...(file === undefined ? {} : { file }) };
}

/** What has no place stays where it is. */
function byPlace(one: Placed, other: Placed): number {
  if (one.file !== other.file) return (one.file ?? "") < (other.file ?? "") ? -1 : 1;
  const lines = (one.line ?? 0) - (other.line ?? 0);
  return lines === 0 ? (one.column ?? 0) - (other.column ?? 0) : lines;
}

type Placed = { readonly [Part in keyof Position]?: Position[Part] | undefined };
