import type { Field } from "protobufjs";
import type { Scalar } from "./complaint.js";
import { type Dialect, readBytes, readDuration, readNumber } from "./read-amount.js";
import { readText } from "./read-text.js";
import { readEnum, readFlag } from "./read-word.js";
import { enumOf, isDuration, rulesOf } from "./schema.js";

/** One value of a scalar, enum or duration field, in canonical proto3 JSON. */
export function readScalar(field: Field, value: unknown, dialect: Dialect): Scalar {
  const words = enumOf(field);
  if (words !== undefined) return readEnum(words, value);
  if (isDuration(field)) return readDuration(field, value, dialect);
  if (rulesOf(field).format === "BYTES") return readBytes(field, value);
  if (field.type === "string") return readText(field, value);
  return field.type === "bool" ? readFlag(value) : readNumber(field, value);
}
