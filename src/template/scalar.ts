import type { Enum, Field } from "protobufjs";
import { byteSizeForms, parseByteSize } from "../units/byte-size.js";
import { durationForms, formatDuration, parseDuration } from "../units/duration.js";
import type { PathPart, Problem } from "./problem.js";
import { enumOf, enumWord, isDuration, rulesOf } from "./schema.js";
import { didYouMean } from "./suggestion.js";
import { type Checked, textFormats } from "./text-formats.js";

/** How values are written: in a file durations carry their unit; in code a number is milliseconds. */
export type Dialect = "file" | "code";

/** What is wrong with a value, without where. */
export type Complaint = Pick<Problem, "message" | "expected" | "fix">;

/** A scalar in canonical proto3 JSON, or what is wrong with it. */
export type Scalar = { readonly value: string | number | boolean } | Complaint;

/** One value of a scalar, enum or duration field, in canonical proto3 JSON. */
export function readScalar(field: Field, value: unknown, dialect: Dialect): Scalar {
  const words = enumOf(field);
  if (words !== undefined) return readEnum(words, value);
  if (isDuration(field)) return readDuration(field, value, dialect);
  if (rulesOf(field).format === "BYTES") return readBytes(field, value);
  if (field.type === "string") return readText(field, value);
  if (field.type === "bool") return readFlag(value);
  return readNumber(field, value);
}

/** A value for people, short: `the number 5`, `the text "x"`, `a list`. */
export function describeValue(value: unknown): string {
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return `${value}`;
  if (value === null || value === undefined) return `${value}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The name of a path's last part, for sentences. */
export function isComplaint(result: Scalar | Checked): result is Complaint {
  return "message" in result;
}

/** Why a text cannot be handed to a program; undefined when it can. */
export function complainAboutText(text: string): Complaint | undefined {
  if (text.includes("\0"))
    return { message: "contains a NUL character", fix: "remove it: no program can be given one" };
  if (/\p{Surrogate}/u.test(text)) return { message: "contains half of a surrogate pair", expected: "valid Unicode" };
  return undefined;
}

function readText(field: Field, value: unknown): Scalar {
  if (typeof value !== "string") {
    const quotable = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
    const fix = quotable ? `quote it: "${value}"` : undefined;
    return { message: `is ${describeValue(value)}`, expected: "a text", fix };
  }
  const complaint = complainAboutText(value);
  if (complaint !== undefined) return complaint;
  const rules = rulesOf(field);
  if (value === "")
    return rules.blank === true ? { value } : { message: "is empty", expected: "a text", fix: "leave it out" };
  if (rules.pattern !== undefined && !new RegExp(`^(?:${rules.pattern})$`).test(value)) {
    return { message: `${JSON.stringify(value)} is not valid`, expected: rules.expected };
  }
  // The names of a map's entries have the format, not their values.
  const format = rules.format ?? "PLAIN";
  return field.map || format === "BYTES" ? { value } : textFormats[format](value);
}

function readFlag(value: unknown): Scalar {
  if (typeof value === "boolean") return { value };
  const word = typeof value === "string" ? value.toLowerCase() : "";
  const meant = ["true", "yes", "on"].includes(word)
    ? "true"
    : ["false", "no", "off"].includes(word)
      ? "false"
      : undefined;
  const fix = meant === undefined ? undefined : `write ${meant} without quotes`;
  return { message: `is ${describeValue(value)}`, expected: "true or false", fix };
}

function readNumber(field: Field, value: unknown): Scalar {
  const whole = field.type !== "double";
  const expected = whole ? "a whole number" : "a number";
  if (typeof value !== "number" || !Number.isFinite(value)) {
    const numeric = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
    return {
      message: `is ${describeValue(value)}`,
      expected,
      fix: numeric ? `remove the quotes: ${value.trim()}` : undefined,
    };
  }
  if (whole && !Number.isInteger(value)) return { message: `is ${describeValue(value)}`, expected };
  const natural = field.type === "uint32" ? { min: 0, max: 2 ** 32 - 1 } : { min: -(2 ** 31), max: 2 ** 31 - 1 };
  const { min, max, unit } = rulesOf(field);
  const range = {
    min: min === undefined ? (whole ? natural.min : Number.NEGATIVE_INFINITY) : Number(min),
    max: max === undefined ? (whole ? natural.max : Number.POSITIVE_INFINITY) : Number(max),
  };
  if (value >= range.min && value <= range.max) return { value: value === 0 ? 0 : value };
  return outOfRange(`${value}`, `${range.min}`, Number.isFinite(range.max) ? `${range.max}` : undefined, unit);
}

function readBytes(field: Field, value: unknown): Scalar {
  const bytes = typeof value === "string" ? parseByteSize(value) : value;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) {
    return { message: `is ${describeValue(value)}`, expected: byteSizeForms };
  }
  const { min, max } = rulesOf(field);
  const tooSmall = min !== undefined && bytes < (parseByteSize(min) ?? 0);
  const tooLarge = max !== undefined && bytes > (parseByteSize(max) ?? 0);
  return tooSmall || tooLarge ? outOfRange(`${value}`, min ?? "0", max, "bytes") : { value: `${bytes}` };
}

function readDuration(field: Field, value: unknown, dialect: Dialect): Scalar {
  const inCode = dialect === "code";
  const expected = inCode ? `${durationForms}, or a number of milliseconds` : durationForms;
  const milliseconds = typeof value === "string" ? parseDuration(value) : inCode ? value : undefined;
  if (typeof milliseconds !== "number" || !Number.isFinite(milliseconds)) {
    const fix = typeof value === "number" && value >= 0 ? `add the unit: "${value}s" or "${value}ms"` : undefined;
    return { message: `is ${describeValue(value)}`, expected, fix };
  }
  const { min = "0s", max } = rulesOf(field);
  const tooShort = milliseconds < (parseDuration(min) ?? 0);
  const tooLong = max !== undefined && milliseconds > (parseDuration(max) ?? 0);
  const shown = typeof value === "string" ? value : `${milliseconds}ms`;
  return tooShort || tooLong ? outOfRange(shown, min, max) : { value: formatDuration(milliseconds) };
}

function readEnum(words: Enum, value: unknown): Scalar {
  const names = Object.keys(words.values);
  const expected = `one of ${names.map(enumWord).join(", ")}`;
  if (typeof value === "number") {
    const name = names.find((known) => words.values[known] === value);
    return name === undefined ? { message: `unknown value ${value}`, expected } : { value: name };
  }
  if (typeof value !== "string") return { message: `is ${describeValue(value)}`, expected };
  const wanted = value.trim().toUpperCase().replaceAll("-", "_");
  if (names.includes(wanted)) return { value: wanted };
  return { message: `unknown value ${JSON.stringify(value)}`, expected, fix: didYouMean(value, names.map(enumWord)) };
}

function outOfRange(shown: string, min: string, max: string | undefined, unit?: string): Complaint {
  const range = max === undefined ? `at least ${min}` : `${min} to ${max}`;
  return { message: `${shown} is out of range`, expected: unit === undefined ? range : `${range} ${unit}` };
}

/** A complaint with its place. */
export function problemAt(path: readonly PathPart[], complaint: Complaint, at: Problem["at"] = "value"): Problem {
  return { path, at, ...complaint };
}
