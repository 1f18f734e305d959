import type { Field } from "protobufjs";
import { byteSizeForms, parseByteSize } from "../units/byte-size.js";
import { durationForms, formatDuration, parseDuration } from "../units/duration.js";
import { type Complaint, describeValue, type Scalar } from "./complaint.js";
import { rulesOf } from "./schema.js";

/** How values are written: in a file durations carry their unit; in code a number is milliseconds. */
export type Dialect = "file" | "code";

const naturalRanges: Readonly<Record<string, readonly [min: number, max: number]>> = {
  uint32: [0, 2 ** 32 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** A number for a number field; whole unless the field is a double. */
export function readNumber(field: Field, value: unknown): Scalar {
  const natural = naturalRanges[field.type];
  const expected = natural === undefined ? "a number" : "a whole number";
  if (typeof value !== "number" || !Number.isFinite(value)) {
    return { message: `is ${describeValue(value)}`, expected, fix: unquoted(value) };
  }
  if (natural !== undefined && !Number.isInteger(value)) return { message: `is ${describeValue(value)}`, expected };
  const [min, max] = natural ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const rules = rulesOf(field);
  const limits = { min: `${rules.min ?? min}`, max: `${rules.max ?? max}`, unit: rules.unit, words: rules.expected };
  // Adding 0 turns the negative zero, which proto3 JSON keeps, into the usual one.
  return checkRange(value, `${value}`, limits, Number) ?? { value: value + 0 };
}

/** A number of bytes, as the decimal text that proto3 JSON has for 64-bit numbers. */
export function readBytes(field: Field, value: unknown): Scalar {
  const bytes = typeof value === "string" ? parseByteSize(value) : value;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) {
    return { message: `is ${describeValue(value)}`, expected: byteSizeForms };
  }
  const { min = "0", max } = rulesOf(field);
  return checkRange(bytes, String(value), { min, max }, parseByteSize) ?? { value: `${bytes}` };
}

/** A duration, as the canonical text of proto3 JSON. */
export function readDuration(field: Field, value: unknown, dialect: Dialect): Scalar {
  const milliseconds = millisecondsOf(value, dialect);
  if (milliseconds === undefined) return complainAboutDuration(value, dialect);
  const { min = "0s", max } = rulesOf(field);
  const shown = typeof value === "string" ? value : `${milliseconds}ms`;
  return checkRange(milliseconds, shown, { min, max }, parseDuration) ?? { value: formatDuration(milliseconds) };
}

function millisecondsOf(value: unknown, dialect: Dialect): number | undefined {
  if (typeof value === "string") return parseDuration(value);
  return dialect === "code" && typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function complainAboutDuration(value: unknown, dialect: Dialect): Complaint {
  const expected = dialect === "code" ? `${durationForms}, or a number of milliseconds` : durationForms;
  const fix = typeof value === "number" && value >= 0 ? `add the unit: "${value}s" or "${value}ms"` : undefined;
  return { message: `is ${describeValue(value)}`, expected, fix };
}

interface Range {
  readonly min: string;
  readonly max: string | undefined;
  readonly unit?: string | undefined;
  /** Words that say more than the two ends. */
  readonly words?: string | undefined;
}

/** What is wrong with a value outside of a range; undefined inside. */
function checkRange(
  value: number,
  shown: string,
  { min, max, unit, words }: Range,
  parse: (text: string) => number | undefined,
): Complaint | undefined {
  const highest = max === undefined ? Number.POSITIVE_INFINITY : (parse(max) ?? Number.NaN);
  if (value >= (parse(min) ?? Number.NaN) && value <= highest) return undefined;
  const range = Number.isFinite(highest) ? `${min} to ${max}` : `at least ${min}`;
  return { message: `${shown} is out of range`, expected: words ?? (unit === undefined ? range : `${range} ${unit}`) };
}

function unquoted(value: unknown): string | undefined {
  const numeric = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  return numeric ? `remove the quotes: ${value.trim()}` : undefined;
}
