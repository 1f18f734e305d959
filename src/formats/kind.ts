import { type Complaint, describeValue, quoteIt } from "../template/complaint.js";
import { complainAboutText } from "../template/read-text.js";
import { isObject } from "../template/validate.js";

import { EnvText } from "./env-text.js";
import { Prepared } from "./prepared.js";
import { readInteger, readOctal, readSize, readSwitch } from "./words-of-ini.js";

/** What kind of value a foreign field takes. */
export type Kind = keyof typeof readers;

type Read = { readonly value: unknown } | Complaint;

/** A foreign value in the form that template files have, or what is wrong with it. */
export function readKind(kind: Kind, value: unknown): Read {
  if (value instanceof Prepared) return value.complaint ?? readKind(kind, value.value);
  return readers[kind](value);
}

/** For the pages about the systems. */
export const kindTitles: Readonly<Record<string, string>> = {
  text: "text",
  scalar: "text",
  texts: "list of texts",
  flag: "true or false",
  number: "number",
  count: "whole number",
  milliseconds: "milliseconds",
  seconds: "seconds",
  megabytes: "MB",
  variables: "names and values",
  switch: "true or false, as a word",
  integer: "whole number",
  octal: "octal number",
  size: "bytes, or KB, MB, GB",
  any: "",
};

const readers = {
  text: readText,
  /** The same where a number or a truth value is taken for its text. */
  scalar: (value: unknown): Read => readText(scalarText(value) ?? value),
  /** Numbers and truth values are taken for their text, as these systems do. */
  texts: readTexts,
  flag: (value: unknown): Read => (typeof value === "boolean" ? { value } : complain(value, "true or false")),
  number: (value: unknown): Read => (isNumber(value) ? { value } : complain(value, "a number")),
  count: (value: unknown): Read =>
    isNumber(value) && Number.isInteger(value) ? { value } : complain(value, "a whole number"),
  milliseconds: (value: unknown): Read => readTime(value, 1, "milliseconds"),
  seconds: (value: unknown): Read => readTime(value, 1000, "seconds"),
  megabytes: (value: unknown): Read =>
    isNumber(value) && value > 0 ? { value: Math.round(value * 1024 * 1024) } : complain(value, "a number of MB"),
  variables: readVariables,
  /** Of a file whose values are all texts. */
  switch: readSwitch,
  integer: readInteger,
  octal: readOctal,
  size: readSize,
  any: (value: unknown): Read => ({ value }),
} as const;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** A number or a truth value as the text it was written as. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return isNumber(value) || typeof value === "boolean" || typeof value === "bigint" ? String(value) : undefined;
}

/** A number, or a text that is one; NaN for anything else. */
export const numberOf = (value: unknown): number =>
  typeof value === "number" ? value : Number(scalarText(value) ?? Number.NaN);

/** A text, a number or a truth value as a text; empty for anything else: `String` fails where data has a member `toString`. */
export const wordOf = (value: unknown): string => scalarText(value) ?? "";

function readText(value: unknown): Read {
  if (typeof value !== "string") {
    const written = scalarText(value);
    const fix = written === undefined ? undefined : quoteIt(written);
    return { message: `is ${describeValue(value)}`, expected: "a text", fix, isUnquoted: fix !== undefined };
  }
  return complainAboutText(value) ?? { value };
}

function readTexts(value: unknown): Read {
  if (!Array.isArray(value)) return complain(value, "a list of texts");
  const texts = value.map(scalarText);
  const wrong = texts.indexOf(undefined);
  if (wrong !== -1) return complain(value[wrong], `a list of texts; item ${wrong + 1} is none`);
  const faulty = texts.map((text) => complainAboutText(text ?? "")).find((complaint) => complaint !== undefined);
  return faulty ?? { value: texts };
}

/** An unfinished year of milliseconds: what is longer is surely a slip. */
const longestMilliseconds = 576 * 3_600_000;

function readTime(value: unknown, factor: number, unit: string): Read {
  if (!isNumber(value) || value < 0) return complain(value, `a number of ${unit}`);
  const milliseconds = value * factor;
  if (milliseconds <= longestMilliseconds) return { value: `${Number(milliseconds.toFixed(6))}ms` };
  return { message: `${value} is out of range`, expected: `at most 576 hours, in ${unit}` };
}

function readVariables(value: unknown): Read {
  if (!isObject(value)) return complain(value, "an object of names and values");
  const variables: [string, string | EnvText][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (member instanceof EnvText) {
      variables.push([name, member]);
      continue;
    }
    const text = member === null ? "" : scalarText(member);
    if (text === undefined) return complain(member, `a text as the value of ${name}`);
    const complaint = complainAboutText(name) ?? complainAboutText(text);
    if (complaint !== undefined) return { ...complaint, message: `${JSON.stringify(name)} ${complaint.message}` };
    variables.push([name, text]);
  }
  // fromEntries makes own members even of "__proto__", which the validator then refuses by name.
  return { value: Object.fromEntries(variables) };
}

function complain(value: unknown, expected: string): Complaint {
  return { message: `is ${describeValue(value)}`, expected };
}
