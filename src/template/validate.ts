import type { Field, Type } from "protobufjs";
import { type Complaint, describeValue, isComplaint, problemAt } from "./complaint.js";
import type { PathPart, Problem } from "./problem.js";
import type { Dialect } from "./read-amount.js";
import { complainAboutText } from "./read-text.js";
import { readScalar } from "./scalar.js";
import { enumOf, fieldOfKey, isDuration, isRequired, messageOf, oneofsOf, rulesOf } from "./schema.js";
import { didYouMean } from "./suggestion.js";
import { textFormats } from "./text-formats.js";

/** A message in canonical proto3 JSON: lowerCamelCase keys, enum names, durations like `1.5s`. */
export type JsonObject = { [key: string]: JsonValue };
export type JsonValue = string | number | boolean | JsonValue[] | JsonObject;

/** What a value says, as far as it can be understood, and everything that is wrong with it. */
export interface Validated {
  readonly json: JsonObject;
  readonly problems: readonly Problem[];
}

const mostHints = 100;

interface Walk {
  readonly dialect: Dialect;
  readonly problems: Problem[];
}

/** Walks a value against a message type and collects every problem; what is wrong is left out of the result. */
export function validate(type: Type, value: unknown, dialect: Dialect, path: readonly PathPart[] = []): Validated {
  const walk: Walk = { dialect, problems: [] };
  const json = readMessage(walk, type, value, path) ?? {};
  return { json, problems: walk.problems };
}

/** An object with members, not a list, a date or another class' instance. */
export function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function readMessage(walk: Walk, type: Type, value: unknown, path: readonly PathPart[]): JsonObject | undefined {
  if (!isObject(value)) {
    const keys = type.fieldsArray.map((field) => field.jsonName).slice(0, 5);
    report(walk, path, {
      message: `is ${describeValue(value)}`,
      expected: `an object with keys such as ${keys.join(", ")}`,
    });
    return undefined;
  }
  const members = membersOf(walk, type, value, path);
  checkPresence(walk, type, members, path);
  const json: JsonObject = {};
  for (const [field, { key, member }] of members) {
    const read = readField(walk, field, member, [...path, key]);
    if (read !== undefined) json[field.jsonName] = read;
  }
  return json;
}

type Members = Map<Field, { readonly key: string; readonly member: unknown }>;

/** The members that are given, by field. In proto3 JSON null means left out; in code undefined does, too. */
function membersOf(walk: Walk, type: Type, value: Record<string, unknown>, path: readonly PathPart[]): Members {
  const members: Members = new Map();
  const keys = new Map<Field, string>();
  for (const [key, member] of Object.entries(walk.dialect === "code" ? withRegExpAsText(type, value) : value)) {
    if (member === undefined) continue;
    const field = fieldOfKey(type, key);
    if (field === undefined) {
      reportUnknownKey(walk, type, [...path, key]);
      continue;
    }
    const earlier = keys.get(field);
    if (earlier !== undefined) {
      const complaint = { message: `is the same field as ${earlier}`, fix: "keep one of the two spellings" };
      walk.problems.push(problemAt([...path, key], complaint, "key"));
      continue;
    }
    keys.set(field, key);
    if (member !== null) members.set(field, { key, member });
  }
  return members;
}

function reportUnknownKey(walk: Walk, type: Type, path: readonly PathPart[]): void {
  const names = type.fieldsArray.map((field) => field.jsonName);
  const key = String(path.at(-1));
  // Looking for the nearest name takes its time, and nobody reads that many.
  const fix = walk.problems.length < mostHints ? didYouMean(key, names) : undefined;
  const expected = fix === undefined && names.length <= 12 ? `one of ${names.join(", ")}` : undefined;
  walk.problems.push(problemAt(path, { message: "unknown field", expected, fix }, "key"));
}

function checkPresence(walk: Walk, type: Type, members: Members, path: readonly PathPart[]): void {
  for (const oneof of oneofsOf(type)) {
    const names = oneof.fieldsArray.map((field) => field.jsonName);
    const [first, second] = [...members].filter(([field]) => field.partOf === oneof).map(([, { key }]) => key);
    if (first === undefined && isRequired(oneof)) {
      report(walk, path, { message: `has none of ${names.join(", ")}`, expected: "exactly one of them" });
    } else if (second !== undefined) {
      const complaint = { message: `conflicts with ${first}`, expected: `only one of ${names.join(", ")}` };
      walk.problems.push(problemAt([...path, second], complaint, "key"));
    }
  }
  for (const field of type.fieldsArray) {
    if (rulesOf(field).required !== true || members.has(field)) continue;
    report(walk, [...path, field.jsonName], { message: "is missing", expected: rulesOf(field).expected ?? "a value" });
  }
}

function readField(walk: Walk, field: Field, value: unknown, path: readonly PathPart[]): JsonValue | undefined {
  if (field.map) return readMap(walk, field, value, path);
  if (!field.repeated) return readSingle(walk, field, value, path);
  if (!Array.isArray(value)) {
    const simple = typeof value === "string" || typeof value === "number";
    const fix = simple ? `write a list: [${JSON.stringify(value)}]` : undefined;
    report(walk, path, { message: `is ${describeValue(value)}`, expected: "a list", fix });
    return undefined;
  }
  const items: JsonValue[] = [];
  for (const [index, item] of value.entries()) {
    const read = readSingle(walk, field, item, [...path, index]);
    if (read !== undefined) items.push(read);
  }
  return items;
}

function readSingle(walk: Walk, field: Field, value: unknown, path: readonly PathPart[]): JsonValue | undefined {
  const type = messageOf(field);
  if (type !== undefined && enumOf(field) === undefined && !isDuration(field))
    return readMessage(walk, type, value, path);
  const scalar = readScalar(field, value, walk.dialect);
  if (!isComplaint(scalar)) return scalar.value;
  report(walk, path, scalar);
  return undefined;
}

function readMap(walk: Walk, field: Field, value: unknown, path: readonly PathPart[]): JsonObject | undefined {
  if (!isObject(value)) {
    report(walk, path, { message: `is ${describeValue(value)}`, expected: "an object of names and texts" });
    return undefined;
  }
  const json: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined && walk.dialect === "code") continue;
    const complaint = complainAboutKey(field, key);
    const scalar = readScalar(field, member, walk.dialect);
    if (complaint !== undefined) walk.problems.push(problemAt([...path, key], complaint, "key"));
    else if (isComplaint(scalar)) report(walk, [...path, key], scalar);
    else json[key] = scalar.value;
  }
  return json;
}

function complainAboutKey(field: Field, key: string): Complaint | undefined {
  // Assigning this key changes an object's class instead of adding a member.
  if (key === "__proto__") return { message: "is not allowed as a name" };
  const format = rulesOf(field).format ?? "PLAIN";
  const checked = format === "BYTES" ? { value: key } : textFormats[format](key);
  return complainAboutText(key) ?? (isComplaint(checked) ? checked : undefined);
}

/** In code an output check may hold a RegExp; g and y only matter to repeated searches in one text. */
function withRegExpAsText(type: Type, value: Record<string, unknown>): Record<string, unknown> {
  if (type.name !== "OutputCheck" || !(value["pattern"] instanceof RegExp)) return value;
  const { source, flags } = value["pattern"];
  return { flags: flags.replace(/[dgy]/g, ""), ...value, pattern: source };
}

function report(walk: Walk, path: readonly PathPart[], complaint: Complaint): void {
  walk.problems.push(problemAt(path, complaint));
}
