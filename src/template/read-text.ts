import type { Field } from "protobufjs";
import { type Complaint, describeValue, quoteIt, type Scalar } from "./complaint.js";
import { rulesOf } from "./schema.js";
import { didYouMean } from "./suggestion.js";
import { textFormats } from "./text-formats.js";

/** A text for a string field. Numbers are not turned into texts: whether 08 or 1e3 were meant as they stand nobody knows. */
export function readText(field: Field, value: unknown): Scalar {
  if (typeof value !== "string") return complainAboutKind(value);
  const complaint = complainAboutText(value);
  if (complaint !== undefined) return complaint;
  return value === "" ? readEmpty(field) : readFilled(field, value);
}

/** Why a text cannot be handed to a program; undefined when it can. */
export function complainAboutText(text: string): Complaint | undefined {
  if (text.includes("\0"))
    return { message: "contains a NUL character", fix: "remove it: no program can be given one" };
  if (/\p{Surrogate}/u.test(text)) return { message: "contains half of a surrogate pair", expected: "valid Unicode" };
  return undefined;
}

function complainAboutKind(value: unknown): Complaint {
  const isUnquoted = ["number", "boolean", "bigint"].includes(typeof value);
  const fix = isUnquoted ? quoteIt(String(value)) : undefined;
  return { message: `is ${describeValue(value)}`, expected: "a text", fix, isUnquoted };
}

function readEmpty(field: Field): Scalar {
  if (rulesOf(field).blank === true) return { value: "" };
  return { message: "is empty", expected: "a text", fix: field.repeated ? undefined : "leave it out" };
}

function readFilled(field: Field, value: string): Scalar {
  const { pattern, expected, format = "PLAIN", words } = rulesOf(field);
  if (words !== undefined && !words.includes(value)) {
    const fix = didYouMean(value, words);
    return { message: `unknown value ${JSON.stringify(value)}`, expected: `one of ${words.join(", ")}`, fix };
  }
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    return { message: `${JSON.stringify(value)} is not valid`, expected };
  }
  // In a map the names of the entries have the format, not their values.
  return field.map || format === "BYTES" ? { value } : textFormats[format](value);
}
