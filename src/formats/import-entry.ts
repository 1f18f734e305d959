import { describeValue, isComplaint } from "../template/complaint.js";
import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { readTemplate } from "../template/read-template.js";
import { didYouMean } from "../template/suggestion.js";
import { isObject } from "../template/validate.js";
import { Draft } from "./draft.js";
import type { Apply, Entry, EntryContext, FieldRule, Format, Found, PlacelessRow, Scope, Verdict } from "./format.js";
import { readKind } from "./kind.js";
import { Prepared, withoutPrepared } from "./prepared.js";
import { templateName } from "./template-name.js";

export interface ImportedEntry {
  /** Undefined when something is wrong with it. */
  readonly template: ProcessTemplate | undefined;
  readonly rows: readonly PlacelessRow[];
  readonly problems: readonly Problem[];
}

/** One process of a foreign file, by the rules of its format. */
export function importEntry(format: Format, entry: Entry, scope: Scope): ImportedEntry {
  const { path, value } = entry;
  if (!isObject(value)) {
    const message = `is ${describeValue(value)}`;
    return { template: undefined, rows: [], problems: [{ path, at: "value", message, expected: "an object" }] };
  }
  const draft = new Draft();
  for (const { to, value: constant } of format.constants) draft.set(to, constant, path);
  const context: EntryContext = { entry: withoutPrepared(value), key: entry.key ?? "", entryPath: path, draft, scope };
  const rows: PlacelessRow[] = entry.key === undefined ? [] : [nameOf(context)];
  rows.push(...applyRules(format, collectFields(format, { context, value, rows }), { context, entry }));
  format.finish?.(context);
  const read = complete(format, context);
  const name = String(draft.get("name") ?? entry.key ?? "");
  return { ...read, rows: rows.map((row) => ({ ...row, process: name })) };
}

interface Applying {
  readonly context: EntryContext;
  readonly entry: Entry;
}

function applyRules(format: Format, given: Given, { context, entry }: Applying): readonly PlacelessRow[] {
  return format.rules.flatMap((rule) => {
    const fields = given.get(rule.field) ?? [undefined];
    return fields.flatMap((field) => applyRule(missingIn(entry, rule), field, context) ?? []);
  });
}

function nameOf({ key, entryPath, draft }: EntryContext): PlacelessRow {
  const { name, note } = templateName(key);
  draft.set("name", name, entryPath);
  const outcome = note === "" ? ("mapped" as const) : ("approximated" as const);
  return { process: name, path: entryPath, outcome, to: "name", note };
}

/** By the fields of the rules. */
type Given = Map<string, GivenField[]>;

interface Collecting {
  readonly context: EntryContext;
  /** The entry as it was put together. */
  readonly value: Record<string, unknown>;
  readonly rows: PlacelessRow[];
}

/** The fields of an entry that have a rule; whatever else is in it gets a row that says so. */
function collectFields(format: Format, { context, value: entry, rows }: Collecting): Given {
  const fields = format.rules.map(({ field }) => field);
  const openFields = fields.filter((field) => field.endsWith("*"));
  const ruleOf = (field: string): string | undefined =>
    fields.includes(field) ? field : openFields.find((open) => field.startsWith(open.slice(0, -1)));
  const given: Given = new Map();
  const visit = (object: Record<string, unknown>, inside: string, path: readonly PathPart[]): void => {
    for (const [key, value] of Object.entries(object)) {
      if (value === undefined || value === null) continue;
      const field = `${inside}${key}`;
      const at = [...path, key];
      const known = ruleOf(field);
      if (known !== undefined) addTo(given, known, { value, path: at });
      else if (!fields.some((known) => known.startsWith(`${field}.`)))
        rows.push(unknownField(format, field, { path: at, isHinted: rows.length < mostHints }));
      else if (isObject(value) && !(value instanceof Prepared)) visit(value, `${field}.`, at);
      else context.draft.complain(at, { message: `is ${describeValue(plainOf(value))}`, expected: "an object" });
    }
  };
  visit(entry, "", context.entryPath);
  return given;
}

function addTo(given: Given, rule: string, field: GivenField): void {
  const fields = given.get(rule);
  if (fields === undefined) given.set(rule, [field]);
  else fields.push(field);
}

/** Looking for what was meant takes time, and nobody reads more. */
const mostHints = 100;

function unknownField(
  format: Format,
  field: string,
  { path, isHinted }: { readonly path: readonly PathPart[]; readonly isHinted: boolean },
): PlacelessRow {
  const known = isHinted ? format.rules.map((rule) => rule.field) : [];
  const fix = didYouMean(field, known);
  const note = `drover knows no such field of ${format.title}${fix === undefined ? "" : `; ${fix}`}`;
  return { process: "", path, outcome: "dropped", to: "", note };
}

type GivenField = { readonly value: unknown; readonly path: readonly PathPart[] };

function missingIn({ defaults = {} }: Entry, rule: FieldRule): FieldRule {
  return Object.hasOwn(defaults, rule.field) ? { ...rule, missing: defaults[rule.field] } : rule;
}

/** Gives the row about the field, where the entry has it. */
function applyRule(rule: FieldRule, given: GivenField | undefined, context: EntryContext): PlacelessRow | undefined {
  if (given === undefined && rule.missing === undefined) return undefined;
  const { value, path } = given ?? { value: rule.missing, path: context.entryPath };
  const read = readKind(rule.kind, value);
  if (isComplaint(read)) {
    context.draft.complain(path, read);
    return undefined;
  }
  const found: Found = { ...context, value: read.value, path, isGiven: given !== undefined };
  const verdict = (rule.apply ?? setField(rule))(found);
  return given === undefined ? undefined : withRemark(describeRow(rule, verdict, path), value);
}

function describeRow(rule: FieldRule, verdict: Verdict | undefined, path: readonly PathPart[]): PlacelessRow {
  const { outcome, to } = { ...rule, ...verdict };
  // What the rule says of every value is for the page about the system.
  const note = verdict?.note ?? (outcome === "mapped" ? "" : (rule.note ?? ""));
  return { process: "", path, outcome, to: outcome === "dropped" ? "" : to, note };
}

const plainOf = (value: unknown): unknown => (value instanceof Prepared ? value.value : value);

/** What is to be told of how the value came about is worth a word unless the value is dropped anyway. */
function withRemark(row: PlacelessRow, value: unknown): PlacelessRow {
  if (row.outcome === "dropped" || !(value instanceof Prepared) || value.note === undefined) return row;
  const note = [row.note, value.note].filter((part) => part !== "").join("; ");
  return { ...row, outcome: "approximated", note };
}

function setField({ to, outcome }: FieldRule): Apply {
  return ({ draft, value, path }) => {
    if (to !== "" && outcome !== "dropped") draft.set(to, value, path);
    return undefined;
  };
}

function complete(format: Format, { entry, entryPath, draft, scope }: EntryContext): Omit<ImportedEntry, "rows"> {
  if (format.build !== undefined) {
    const built = format.build(entry, scope, entryPath);
    return { template: built.template, problems: built.template === undefined ? built.problems : [] };
  }
  const base = format.relativeTo === "file" ? scope.directory : scope.hostCwd;
  const read = readTemplate(draft.json, "file", { cwd: base });
  const problems = [...draft.problems];
  for (const problem of read.template === undefined ? read.problems : []) {
    const located = draft.locate(inForeignWords(problem, format, entryPath), entryPath);
    // What could not be read is not in the draft; that it is missing there is no second mistake.
    if (!isAbout(located, draft.problems)) problems.push(located);
  }
  return { template: problems.length === 0 ? read.template : undefined, problems };
}

/** What is missing has no place it came from: it is called what the other system calls it. */
function inForeignWords(problem: Problem, { rules }: Format, entryPath: readonly PathPart[]): Problem {
  const field = formatPath(problem.path);
  const rule = problem.message === "is missing" ? rules.find(({ to }) => to.split(", ").includes(field)) : undefined;
  return rule === undefined ? problem : { ...problem, path: ["", ...entryPath, ...rule.field.split(".")] };
}

function isAbout(problem: Problem, earlier: readonly Problem[]): boolean {
  const isSame = (other: Problem): boolean => formatPath(other.path) === formatPath(problem.path);
  const isForLackOfIt = problem.message.startsWith("has none of") || problem.message === "is missing";
  return earlier.some(isSame) || (isForLackOfIt && earlier.length > 0);
}
