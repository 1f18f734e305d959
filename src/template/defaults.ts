import type { Field } from "protobufjs";
import { isComplaint } from "./complaint.js";
import { readScalar } from "./scalar.js";
import { enumOf, hasPresence, rulesOf } from "./schema.js";
import type { JsonValue } from "./validate.js";

/** Defaults of a message's own fields that differ where it stands, by proto field name. */
export type InnerDefaults = ReadonlyMap<string, string>;

/** The defaults that the schema gives to the message in this field. */
export function innerDefaultsOf(field: Field): InnerDefaults {
  return new Map((rulesOf(field).inner ?? []).map(({ field: name = "", value = "" }) => [name, value]));
}

/**
 * What a field means when it is left out, in canonical proto3 JSON; undefined when "left out" has a meaning of its own.
 * The only source is the schema.
 */
export function defaultOf(field: Field, inner: InnerDefaults): JsonValue | undefined {
  const special = inner.get(field.protoName);
  if (special !== undefined) return computeDefault(field, special);
  if (!known.has(field)) known.set(field, computeDefault(field, rulesOf(field).default));
  return known.get(field);
}

/** The schema never changes, and every template asks for every default. */
const known = new WeakMap<Field, JsonValue | undefined>();

function computeDefault(field: Field, text: string | undefined): JsonValue | undefined {
  if (field.map) return {};
  if (field.repeated) return text === undefined ? [] : [readDefault(field, text)];
  if (text !== undefined) return readDefault(field, text);
  return hasPresence(field) ? undefined : zeroOf(field);
}

/** An empty text says nothing that "left out" does not. */
function zeroOf(field: Field): JsonValue | undefined {
  const words = enumOf(field);
  if (words !== undefined) return words.valuesById[0];
  if (field.type === "bool") return false;
  return field.type === "string" ? undefined : 0;
}

/** The text of the schema goes through the reader of templates, so that both mean the same. */
function readDefault(field: Field, text: string): JsonValue {
  const plain = field.type === "bool" ? text === "true" : isNumeric(field) ? Number(text) : text;
  const read = readScalar(field, plain, "file");
  if (!isComplaint(read)) return read.value;
  throw new Error(`cannot happen: the default of ${field.fullName} ${read.message}`);
}

const isNumeric = (field: Field): boolean => ["uint32", "int32", "double"].includes(field.type);
