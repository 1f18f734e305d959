import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { LocatedProblem, SourceDocument } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import { isObject } from "../template/validate.js";
import type { PlacelessRow } from "./collect-fields.js";
import type { Entry, Format, ReportRow, Scope } from "./format.js";
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
}

/** The processes of a document of a known format. */
export function importDocument(format: Format, document: SourceDocument, scope: Scope): Imported {
  return importSources(format, [{ document, scope }], scope.file);
}

/** The processes of several documents that make one file. */
export function importSources(format: Format, sources: readonly Source[], file: string): Imported {
  const rows: ReportRow[] = [];
  const faults: LocatedProblem[] = [];
  const templates = new Map<string, ProcessTemplate>();
  let room = mostEntries;
  for (const { document, scope } of sources) {
    const untold = findUntold(document.value, [], "outer");
    const {
      entries,
      others = [],
      problems = [],
    } = untold.length > 0 ? { entries: [] } : format.entries(document.value, scope);
    const found: Problem[] = [
      ...untold,
      ...problems,
      ...others.flatMap((path) => complainOfOther(format, document, path)),
    ];
    const foundRows = others.map((path) => describeOther(format, path));
    if (entries.length > room) found.push(tooMany(entries.length));
    for (const entry of entries.slice(0, room)) {
      const imported = importEntry(format, entry, scope);
      foundRows.push(...imported.rows);
      found.push(...imported.problems);
      addTemplate(templates, imported.template, { entry, faults: found });
    }
    room -= Math.min(entries.length, room);
    rows.push(...foundRows.map((row) => placeRow(document, row)));
    faults.push(...found.slice(0, mostErrors).map((fault) => locate(document, fault)));
  }
  return {
    format: format.name,
    templates: [...templates.values()],
    report: rows.sort(byPlace),
    errors: faults
      .sort(byPlace)
      .slice(0, mostErrors)
      .map((fault) => new TemplateError(file, fault)),
    includes: sources.flatMap(({ document }) => format.includes?.(document.value) ?? []),
  };
}

function tooMany(amount: number): Problem {
  return { path: [], at: "value", message: `has ${amount} processes`, expected: `at most ${mostEntries}` };
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
  const rule = format.documentRules.find((known) => field === known.field || field.startsWith(`${known.field}.`));
  const { outcome = "dropped" as const, note = `drover knows no such field of ${format.title}` } = rule ?? {};
  return { process: "", path, outcome, to: "", note };
}

function placeRow(document: SourceDocument, { path, ...row }: PlacelessRow): ReportRow {
  const { line, column } = document.locate(path, "key") ?? {};
  return { ...row, field: formatPath(path), line, column };
}

/** What has no place stays where it is. */
function byPlace(one: Placed, other: Placed): number {
  const lines = (one.line ?? 0) - (other.line ?? 0);
  return lines === 0 ? (one.column ?? 0) - (other.column ?? 0) : lines;
}

type Placed = { readonly line?: number | undefined; readonly column?: number | undefined };

function locate(document: SourceDocument, problem: Problem): LocatedProblem {
  return { ...problem, ...document.locate(problem.path, problem.at) };
}
