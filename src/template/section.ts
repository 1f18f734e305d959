import type { Field, Type } from "protobufjs";
import { parseDuration } from "../units/duration.js";
import { defaultOf, type InnerDefaults, innerDefaultsOf } from "./defaults.js";
import { fieldOfKey, messageOf } from "./schema.js";
import type { JsonObject, JsonValue } from "./validate.js";

type Key<T> = keyof T & string;
type Member<T, K extends keyof T> = NonNullable<T[K]>;
type Item<T, K extends keyof T> = Member<T, K> extends readonly (infer I)[] ? I & object : never;

/** A validated message together with the defaults of its type: every `maybe…` is undefined when neither gives a value. */
export class Section<T extends object> {
  readonly #type: Type;
  readonly #json: JsonObject;
  readonly #inner: InnerDefaults;

  constructor(type: Type, json: JsonObject, inner: InnerDefaults = new Map()) {
    this.#type = type;
    this.#json = json;
    this.#inner = inner;
  }

  /** Whether the field is given, rather than defaulted. */
  has(key: Key<T>): boolean {
    return this.#json[key] !== undefined;
  }

  maybeText(key: Key<T>): string | undefined {
    const value = this.#value(key);
    return typeof value === "string" ? value : undefined;
  }

  text(key: Key<T>): string {
    return this.maybeText(key) ?? "";
  }

  flag(key: Key<T>): boolean {
    return this.#value(key) === true;
  }

  /** An enum value, by its name. */
  word<K extends Key<T>>(key: K): Member<T, K> & string {
    return this.text(key) as Member<T, K> & string;
  }

  /** A number, or a whole number written as text, as 64-bit ones are in proto3 JSON. */
  maybeNumber(key: Key<T>): number | undefined {
    const value = this.#value(key);
    return typeof value === "number" || typeof value === "string" ? Number(value) : undefined;
  }

  number(key: Key<T>): number {
    return this.maybeNumber(key) ?? 0;
  }

  maybeMilliseconds(key: Key<T>): number | undefined {
    const text = this.maybeText(key);
    return text === undefined ? undefined : parseDuration(text);
  }

  milliseconds(key: Key<T>): number {
    return this.maybeMilliseconds(key) ?? 0;
  }

  texts(key: Key<T>): string[] {
    return this.#list(key).map(String);
  }

  /** A list of numbers; empty in the document means the same as left out. */
  numbers(key: Key<T>): number[] {
    return this.#list(key).map(Number);
  }

  record(key: Key<T>): Record<string, string> {
    return { ...(this.#value(key) as Record<string, string>) };
  }

  /** The message in the field; one with all its defaults when it is left out. */
  section<K extends Key<T>>(key: K): Section<Member<T, K> & object> {
    const field = this.#field(key);
    return sectionOf(field, (this.#json[key] ?? {}) as JsonObject);
  }

  maybeSection<K extends Key<T>>(key: K): Section<Member<T, K> & object> | undefined {
    return this.has(key) ? this.section(key) : undefined;
  }

  sections<K extends Key<T>>(key: K): Section<Item<T, K>>[] {
    return this.#list(key).map((item) => sectionOf(this.#field(key), item as JsonObject));
  }

  #value(key: Key<T>): JsonValue | undefined {
    return this.#json[key] ?? defaultOf(this.#field(key), this.#inner);
  }

  #list(key: Key<T>): JsonValue[] {
    const given = this.#json[key];
    const items = Array.isArray(given) && given.length > 0 ? given : defaultOf(this.#field(key), this.#inner);
    return Array.isArray(items) ? items : [];
  }

  #field(key: string): Field {
    const field = fieldOfKey(this.#type, key);
    if (field === undefined) throw new Error(`cannot happen: ${this.#type.fullName} has no field ${key}`);
    return field;
  }
}

function sectionOf<T extends object>(field: Field, json: JsonObject): Section<T> {
  const type = messageOf(field);
  if (type === undefined) throw new Error(`cannot happen: ${field.fullName} holds no message`);
  return new Section<T>(type, json, innerDefaultsOf(field));
}
