import type { Enum } from "protobufjs";
import { describeValue, type Scalar } from "./complaint.js";
import { enumWord } from "./schema.js";
import { didYouMean } from "./suggestion.js";

/** The value of an enum: its name in any case and with `-` for `_`, or its number. */
export function readEnum(words: Enum, value: unknown): Scalar {
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

const spellings: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** A truth value. YAML 1.1's `yes` and `no` are texts here, but what was meant is clear. */
export function readFlag(value: unknown): Scalar {
  if (typeof value === "boolean") return { value };
  const word = typeof value === "string" ? value.toLowerCase() : "";
  const fix = Object.hasOwn(spellings, word) ? `write ${String(spellings[word])} without quotes` : undefined;
  return { message: `is ${describeValue(value)}`, expected: "true or false", fix };
}
