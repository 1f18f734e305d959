import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { isObject } from "../template/validate.js";
import type { FieldRule, Scope } from "./format.js";
import type { Kind } from "./kind.js";
import { Prepared } from "./prepared.js";
import type { Substituted, Unreadable } from "./references.js";

/** The variables of `.env` beside the file, which is read once for all of its processes. */
export function dotenvOf(scope: Scope): ReadonlyMap<string, string> {
  const known = dotenvs.get(scope) ?? readDotenv(scope);
  dotenvs.set(scope, known);
  return known;
}

const dotenvs = new WeakMap<Scope, ReadonlyMap<string, string>>();

function readDotenv({ directory, readFile }: Scope): ReadonlyMap<string, string> {
  const text = readFile(resolve(directory, ".env"));
  const variables = text === undefined ? [] : Object.entries(parseEnv(text));
  return new Map(variables.map(([name, value]) => [name, value ?? ""]));
}

export interface Interpolation {
  readonly rules: readonly FieldRule[];
  /** Puts the values of variables into a text of a field. */
  readonly replace: (text: string, field: string) => Substituted;
}

/** An entry with values in place of the references in its fields, each with a remark about the variables that were used. */
export function interpolateFields(entry: unknown, interpolation: Interpolation, inside = ""): unknown {
  if (!isObject(entry)) return entry;
  const fields = Object.entries(entry).map(([key, value]) => {
    const field = `${inside}${key}`;
    const rule = interpolation.rules.find((known) => known.field === field);
    // What is inside a value of its own is not told apart.
    if (rule === undefined && isObject(value)) return [key, interpolateFields(value, interpolation, `${field}.`)];
    return [key, prepare(value, rule?.kind ?? "any", (text) => interpolation.replace(text, field))];
  });
  return Object.fromEntries(fields) as Record<string, unknown>;
}

function prepare(value: unknown, kind: Kind, replace: (text: string) => Substituted): unknown {
  const names = new Set<string>();
  let problem: Unreadable | undefined;
  const replaced = replaceIn(value, (text) => {
    const read = replace(text);
    if ("message" in read) problem ??= read;
    else for (const name of read.names) names.add(name);
    return "message" in read ? text : read.text;
  });
  if (problem !== undefined) return Prepared.fault(problem);
  if (names.size === 0) return replaced;
  return Prepared.of(asKind(replaced, kind), `with ${[...names].join(", ")} as it is right now`);
}

const numbers: readonly Kind[] = ["count", "number", "seconds", "milliseconds"];

/** A number or a truth value that came from a variable was a text there. */
function asKind(value: unknown, kind: Kind): unknown {
  const isFlag = kind === "flag" && (value === "true" || value === "false");
  if (isFlag) return value === "true";
  const isNumber = numbers.includes(kind) && typeof value === "string" && /^-?\d+(?:\.\d+)?$/.test(value);
  return isNumber ? Number(value) : value;
}

/** A value with all texts in it replaced. */
export function replaceIn(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceIn(item, replace)]));
}
