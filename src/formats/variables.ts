import { describeValue } from "../template/complaint.js";
import { isObject } from "../template/validate.js";
import { scalarText, wordOf } from "./kind.js";

/**
 * A value of a variable that another system takes as it is, written so that drover does the same: `${` would be a reference,
 * and `$$` one dollar.
 */
export function literal(value: string): string {
  return /\$[${]/.test(value) ? value.replaceAll("$", "$$$$") : value;
}

/** Every value of some variables, changed. */
export function mapValues(
  variables: Readonly<Record<string, string>>,
  change: (value: string, name: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, change(value, name)]));
}

/** Variables from a map, or from a list of `NAME=value`; or what is wrong with it. */
export function variablesOf(source: unknown): Record<string, string> | string {
  const lines = Array.isArray(source)
    ? source.map(splitVariable)
    : isObject(source)
      ? Object.entries(source)
      : undefined;
  if (lines === undefined) return `is ${describeValue(source)}`;
  const wrong = lines.find((pair) => pair === undefined || (pair[1] !== null && scalarText(pair[1]) === undefined));
  if (lines.includes(undefined) || wrong !== undefined) return "has an item that is no variable";
  const pairs = lines.flatMap((pair) => (pair === undefined ? [] : [[pair[0], wordOf(pair[1])]]));
  return Object.fromEntries(pairs) as Record<string, string>;
}

function splitVariable(text: unknown): [string, unknown] | undefined {
  const [, name, value] = typeof text === "string" ? (/^([^=]+)=([\s\S]*)$/.exec(text) ?? []) : [];
  return name === undefined ? undefined : [name, value ?? ""];
}
