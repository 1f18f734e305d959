import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { LocatedProblem, SourceDocument } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import type { Entry, Format, PlacelessRow, ReportRow, Scope } from "./format.js";
import { importEntry } from "./import-entry.js";

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

/** The processes of a document of a known format. */
export function importDocument(format: Format, document: SourceDocument, scope: Scope): Imported {
  const { entries, others = [], rows: told = [], problems = [] } = format.entries(document.value, scope);
  const rows: PlacelessRow[] = [...others.map((path) => describeOther(format, path)), ...told];
  const faults: Problem[] = [...problems, ...faultOfChoice(format, document.value, scope)];
  const templates = new Map<string, ProcessTemplate>();
  if (entries.length > mostEntries) {
    faults.push({
      path: [],
      at: "value",
      message: `has ${entries.length} processes`,
      expected: `at most ${mostEntries}`,
    });
  }
  for (const entry of entries.slice(0, mostEntries)) {
    const imported = importEntry(format, entry, scope);
    rows.push(...imported.rows);
    faults.push(...imported.problems);
    addTemplate(templates, imported.template, { entry, faults });
  }
  const located = faults
    .slice(0, mostErrors)
    .map((fault) => locate(document, fault))
    .sort(byPlace);
  return {
    format: format.name,
    templates: [...templates.values()],
    report: rows.map((row) => placeRow(document, row)),
    errors: located.map((fault) => new TemplateError(fault.file ?? scope.file, fault)),
    includes: format.includes?.(document.value, scope) ?? [],
  };
}

function faultOfChoice(format: Format, value: unknown, { environment }: Scope): readonly Problem[] {
  const known = format.environments?.(value) ?? [];
  if (environment === undefined || known.includes(environment)) return [];
  const message = `has no environment ${JSON.stringify(environment)}`;
  return [{ path: [], at: "value", message, expected: known.length === 0 ? undefined : `one of ${known.join(", ")}` }];
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

function describeOther(format: Format, path: readonly PathPart[]): PlacelessRow {
  const field = path.filter((part) => typeof part === "string").join(".");
  const rule = format.documentRules.find((known) => field === known.field || field.startsWith(`${known.field}.`));
  const { outcome = "dropped" as const, note = `drover knows no such field of ${format.title}` } = rule ?? {};
  return { process: "", path, outcome, to: "", note };
}

function placeRow(document: SourceDocument, { path, ...row }: PlacelessRow): ReportRow {
  const { line, column, file } = document.locate(path, "key") ?? {};
  return { ...row, field: formatPath(path), line, column, ...(file === undefined ? {} : { file }) };
}

function byPlace(one: LocatedProblem, other: LocatedProblem): number {
  if (one.file !== other.file) return (one.file ?? "") < (other.file ?? "") ? -1 : 1;
  const lines = (one.line ?? 0) - (other.line ?? 0);
  return lines === 0 ? (one.column ?? 0) - (other.column ?? 0) : lines;
}

function locate(document: SourceDocument, problem: Problem): LocatedProblem {
  return { ...problem, ...document.locate(problem.path, problem.at) };
}
