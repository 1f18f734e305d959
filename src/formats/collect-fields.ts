import { describeValue } from "../template/complaint.js";
import type { PathPart, Problem } from "../template/problem.js";
import { didYouMean } from "../template/suggestion.js";
import { isObject } from "../template/validate.js";
import type { EntryContext, FieldRule, Format, PlacelessRow } from "./format.js";
import { Prepared } from "./prepared.js";
import { findUntold } from "./untold.js";

export interface GivenField {
  readonly value: unknown;
  readonly path: readonly PathPart[];
}

/** The fields of an entry that have a rule; whatever else is in it gets a row that says so. */
export interface CollectedFields {
  /** By the fields of their rules, of which one may be about several. */
  readonly given: ReadonlyMap<string, readonly GivenField[]>;
  readonly rows: readonly PlacelessRow[];
  /** What is wrong with fields that are not told. */
  readonly untold: readonly Problem[];
}

/** Takes what is not told out of the context's entry, so that no rule looks at it. */
export function collectFields(
  format: Format,
  context: EntryContext,
  entry: Readonly<Record<string, unknown>>,
): CollectedFields {
  const collector = new Collector(format, context);
  collector.visit({ given: entry, seen: context.entry }, "", context.entryPath);
  return collector;
}

/** An object of the file, and the one that rules get to see in its place. */
interface Visited {
  readonly given: Readonly<Record<string, unknown>>;
  readonly seen: Record<string, unknown>;
}

/** Looking for what was meant takes time, and nobody reads more. */
const mostHints = 100;

class Collector implements CollectedFields {
  readonly given = new Map<string, GivenField[]>();
  readonly rows: PlacelessRow[] = [];
  readonly untold: Problem[] = [];
  readonly #format: Format;
  readonly #context: EntryContext;
  readonly #rules: ReadonlyMap<string, FieldRule>;
  /** Those that are about every field that begins so. */
  readonly #openRules: readonly FieldRule[];

  constructor(format: Format, context: EntryContext) {
    this.#format = format;
    this.#context = context;
    this.#rules = new Map(format.rules.map((rule) => [rule.field, rule]));
    this.#openRules = format.rules.filter(({ field }) => field.endsWith("*"));
  }

  visit({ given, seen }: Visited, inside: string, path: readonly PathPart[]): void {
    for (const [key, value] of Object.entries(given)) {
      const isGiven = value !== undefined && value !== null;
      const name = this.#nameOf(`${inside}${key}`);
      if (isGiven) seen[name.slice(inside.length)] = this.#take(name, value, [...path, key]);
    }
  }

  /** A spelling of its own only counts where there is a field that it stands for. */
  #nameOf(field: string): string {
    const spelled = this.#format.spell?.(field) ?? field;
    return !this.#rules.has(field) && this.#rules.has(spelled) ? spelled : field;
  }

  /** What rules get to see of a field. */
  #take(field: string, value: unknown, path: readonly PathPart[]): unknown {
    const rule = this.#rules.get(field) ?? this.#openRules.find((open) => field.startsWith(open.field.slice(0, -1)));
    const isOuter = this.#format.rules.some((known) => known.field.startsWith(`${field}.`));
    if (rule === undefined && !isOuter) {
      this.rows.push(this.#unknown(field, path));
      return value;
    }
    const untold = findUntold(value, path, rule?.kind ?? "outer");
    this.untold.push(...untold);
    if (untold.length > 0) return undefined;
    if (rule === undefined) return this.#open(field, value, path);
    this.#add(rule.field, { value, path });
    return plainOf(value);
  }

  #add(field: string, found: GivenField): void {
    const fields = this.given.get(field);
    if (fields === undefined) this.given.set(field, [found]);
    else fields.push(found);
  }

  #open(field: string, value: unknown, path: readonly PathPart[]): unknown {
    if (!isObject(value) || value instanceof Prepared) {
      const fault = value instanceof Prepared ? value.complaint : undefined;
      const message = `is ${describeValue(plainOf(value))}`;
      this.#context.draft.complain(path, fault ?? { message, expected: "an object" });
      return plainOf(value);
    }
    const seen = { ...value };
    this.visit({ given: value, seen }, `${field}.`, path);
    return seen;
  }

  #unknown(field: string, path: readonly PathPart[]): PlacelessRow {
    const known = this.rows.length < mostHints ? [...this.#rules.keys()] : [];
    const fix = didYouMean(field, known);
    const note = `drover knows no such field of ${this.#format.title}${fix === undefined ? "" : `; ${fix}`}`;
    return { process: "", path, outcome: "dropped", to: "", note };
  }
}

const plainOf = (value: unknown): unknown => (value instanceof Prepared ? value.value : value);
