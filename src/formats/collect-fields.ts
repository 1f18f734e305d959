import { describeValue } from "../template/complaint.js";
import type { PathPart, Problem } from "../template/problem.js";
import { didYouMean } from "../template/suggestion.js";
import { isObject } from "../template/validate.js";
import type { EntryContext, Format, ReportRow } from "./format.js";
import { findUntold } from "./untold.js";

/** A row whose line is not known yet. */
export type PlacelessRow = Omit<ReportRow, "line" | "column" | "field"> & { readonly path: readonly PathPart[] };

export interface GivenField {
  readonly value: unknown;
  readonly path: readonly PathPart[];
}

/** The fields of an entry that have a rule; whatever else is in it gets a row that says so. */
export interface CollectedFields {
  readonly given: ReadonlyMap<string, GivenField>;
  readonly rows: readonly PlacelessRow[];
  /** What is wrong with fields that are not told. */
  readonly untold: readonly Problem[];
}

/** Takes what is not told out of the entry, so that no rule looks at it. */
export function collectFields(format: Format, context: EntryContext): CollectedFields {
  const collector = new Collector(format, context);
  collector.visit(context.entry, "", context.entryPath);
  return collector;
}

/** Looking for what was meant takes time, and nobody reads more. */
const mostHints = 100;

class Collector implements CollectedFields {
  readonly given = new Map<string, GivenField>();
  readonly rows: PlacelessRow[] = [];
  readonly untold: Problem[] = [];
  readonly #format: Format;
  readonly #context: EntryContext;
  readonly #kinds: ReadonlyMap<string, Format["rules"][number]["kind"]>;

  constructor(format: Format, context: EntryContext) {
    this.#format = format;
    this.#context = context;
    this.#kinds = new Map(format.rules.map(({ field, kind }) => [field, kind]));
  }

  visit(object: Record<string, unknown>, inside: string, path: readonly PathPart[]): void {
    for (const [key, value] of Object.entries(object)) {
      const isGiven = value !== undefined && value !== null;
      if (isGiven) object[key] = this.#take(`${inside}${key}`, value, [...path, key]);
    }
  }

  /** What rules get to see of a field. */
  #take(field: string, value: unknown, path: readonly PathPart[]): unknown {
    const kind = this.#kinds.get(field);
    const isOuter = this.#format.rules.some((rule) => rule.field.startsWith(`${field}.`));
    if (kind === undefined && !isOuter) {
      this.rows.push(this.#unknown(field, path));
      return value;
    }
    const untold = findUntold(value, path, kind ?? "outer");
    this.untold.push(...untold);
    if (untold.length > 0) return undefined;
    if (kind === undefined) return this.#open(field, value, path);
    this.given.set(field, { value, path });
    return value;
  }

  #open(field: string, value: unknown, path: readonly PathPart[]): unknown {
    if (!isObject(value)) {
      this.#context.draft.complain(path, { message: `is ${describeValue(value)}`, expected: "an object" });
      return value;
    }
    const copy = { ...value };
    this.visit(copy, `${field}.`, path);
    return copy;
  }

  #unknown(field: string, path: readonly PathPart[]): PlacelessRow {
    const known = this.rows.length < mostHints ? [...this.#kinds.keys()] : [];
    const fix = didYouMean(field, known);
    const note = `drover knows no such field of ${this.#format.title}${fix === undefined ? "" : `; ${fix}`}`;
    return { process: "", path, outcome: "dropped", to: "", note };
  }
}
