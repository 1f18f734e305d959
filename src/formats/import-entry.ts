import { describeValue, isComplaint } from "../template/complaint.js";
import { formatPath, type PathPart, type Problem } from "../template/problem.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { readTemplate } from "../template/read-template.js";
import { isObject } from "../template/validate.js";
import { collectFields, type GivenField } from "./collect-fields.js";
import { Draft } from "./draft.js";
import type { Apply, Entry, EntryContext, FieldRule, Format, Found, PlacelessRow, Scope, Verdict } from "./format.js";
import { inForeignWords, isLack } from "./in-foreign-words.js";
import { readKind, wordOf } from "./kind.js";
import { Prepared } from "./prepared.js";
import { templateName } from "./template-name.js";
import { findUntold } from "./untold.js";

export interface ImportedEntry {
  /** Undefined when something is wrong with it. */
  readonly template: ProcessTemplate | undefined;
  readonly rows: readonly PlacelessRow[];
  readonly problems: readonly Problem[];
}

/** One process of a foreign file, by the rules of its format. */
export function importEntry(format: Format, entry: Entry, scope: Scope): ImportedEntry {
  const { path, value } = entry;
  const [untold] = findUntold(value, path, "outer");
  if (untold !== undefined) return { template: undefined, rows: [], problems: [untold] };
  if (isObject(value)) return importObject(format, { ...entry, value }, scope);
  const message = `is ${describeValue(value)}`;
  return { template: undefined, rows: [], problems: [{ path, at: "value", message, expected: "an object" }] };
}

type ObjectEntry = Entry & { readonly value: Record<string, unknown> };

function importObject(format: Format, entry: ObjectEntry, scope: Scope): ImportedEntry {
  const { path, key, value } = entry;
  const draft = new Draft();
  for (const { to, value: constant } of format.constants) draft.set(to, constant, path);
  const context: EntryContext = { entry: { ...value }, key: key ?? "", entryPath: path, draft, scope };
  const named = key === undefined ? [] : [nameOf(context)];
  const { given, rows: unknown, untold } = collectFields(format, context, value);
  const known = format.rules.flatMap((rule) => {
    const fields = given.get(rule.field) ?? [undefined];
    return fields.flatMap((field) => applyRule(missingIn(entry, rule), field, context) ?? []);
  });
  draft.problems.push(...untold);
  const read = completeIfTold(format, context, untold.length === 0);
  const name = wordOf(draft.get("name") ?? key);
  return { ...read, rows: [...named, ...unknown, ...known].map((row) => ({ ...row, process: name })) };
}

/** What follows from a field that is not told would be a second mistake. */
function completeIfTold(format: Format, context: EntryContext, isTold: boolean): Omit<ImportedEntry, "rows"> {
  if (!isTold) return { template: undefined, problems: context.draft.problems };
  format.finish?.(context);
  return complete(format, context);
}

function nameOf({ key, entryPath, draft }: EntryContext): PlacelessRow {
  const { name, note } = templateName(key);
  draft.set("name", name, entryPath);
  const outcome = note === "" ? ("mapped" as const) : ("approximated" as const);
  return { process: name, path: entryPath, outcome, to: "name", note };
}

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

function complete(format: Format, context: EntryContext): Omit<ImportedEntry, "rows"> {
  const { entry, entryPath, draft, scope } = context;
  if (format.build !== undefined) {
    const built = format.build(entry, scope, entryPath);
    return { template: built.template, problems: built.template === undefined ? built.problems : [] };
  }
  const base = format.relativeTo === "file" ? scope.directory : scope.hostCwd;
  const read = readTemplate(draft.json, "file", { cwd: base });
  const problems = [...draft.problems];
  for (const problem of read.template === undefined ? read.problems : []) {
    const located = draft.locate(inForeignWords(problem, format, context), entryPath);
    // What could not be read is not in the draft; that it is missing there is no second mistake.
    if (!isAbout(located, draft.problems)) problems.push(located);
  }
  return { template: problems.length === 0 ? read.template : undefined, problems };
}

function isAbout(problem: Problem, earlier: readonly Problem[]): boolean {
  const isSame = (other: Problem): boolean => formatPath(other.path) === formatPath(problem.path);
  return earlier.some(isSame) || (isLack(problem) && earlier.length > 0);
}
