import type { Field, Type } from "protobufjs";
import { defaultOf, type InnerDefaults, innerDefaultsOf } from "./defaults.js";
import type { Encoding } from "./encoding.js";
import { protojson, textformat, yaml } from "./lazy-modules.js";
import type { ProcessTemplate } from "./process-template.js";
import type { TemplateBase } from "./resolve.js";
import { fieldOfKey, isDuration, messageOf, messageType, rulesOf } from "./schema.js";
import { isObject, type JsonObject, type JsonValue } from "./validate.js";
import { toWire } from "./wire.js";

/**
 * A template in canonical proto3 JSON without what equals the defaults. `cwd` is absolute, and left out when it is that of `base`,
 * which a reader of the file will assume.
 */
export function toJson(template: ProcessTemplate, base?: TemplateBase): JsonObject {
  const wire = toWire(template);
  if (template.cwd === base?.cwd) delete wire.cwd;
  const json = withoutDefaults(messageType("ProcessTemplate"), wire as JsonObject);
  // Not through JSON.parse: that of Node 24 can give a key with an escape in it the name of another such key.
  return structuredClone(json);
}

/** A template in one of the four encodings; `decode` gives the same template back. */
export function encode(template: ProcessTemplate, encoding: Encoding, base?: TemplateBase): Uint8Array {
  const json = toJson(template, base);
  if (encoding === "json") return Buffer.from(`${JSON.stringify(json, undefined, 2)}\n`);
  if (encoding === "yaml") return Buffer.from(yaml().stringify(json));
  const type = messageType("ProcessTemplate");
  const message = protojson().fromJson(type, json);
  return encoding === "binpb"
    ? type.encode(message).finish()
    : Buffer.from(`${textformat().toText(type, message).trimEnd()}\n`);
}

function withoutDefaults(type: Type, json: JsonObject, inner: InnerDefaults = new Map()): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(json)) {
    const field = fieldOfKey(type, key);
    if (field === undefined || value === undefined) continue;
    const shortened = shorten(field, value);
    if (!isDefault(field, shortened, inner)) kept[key] = shortened;
  }
  return kept;
}

function shorten(field: Field, value: JsonValue): JsonValue {
  const message = isDuration(field) ? undefined : messageOf(field);
  if (message === undefined || field.map) return value;
  const one = (item: JsonValue) =>
    isObject(item) ? withoutDefaults(message, item as JsonObject, innerDefaultsOf(field)) : item;
  return Array.isArray(value) ? value.map(one) : one(value);
}

function isDefault(field: Field, value: JsonValue, inner: InnerDefaults): boolean {
  if (rulesOf(field).always === true) return Object.keys(value).length === 0;
  if (value === "" && field.partOf === null) return true;
  return JSON.stringify(value) === JSON.stringify(defaultOf(field, inner));
}
