import type { Field, Type } from "protobufjs";
import { enumOf, enumWord, hasPresence, isDuration, messageOf, oneofsOf, rulesOf } from "../template/schema.js";

/** A part of an OpenAPI 3.1 document. */
export type Json = Readonly<Record<string, unknown>>;

/** `asked`: what may be sent, most of it left out. `told`: what is answered, with every field. */
export type Direction = "asked" | "told";

/** The messages of a schema as JSON Schema, each once, for a document that refers to them by name. */
export class JsonSchemas {
  readonly #schemas = new Map<string, Json>();

  /** What has been referred to so far, by name. */
  get all(): Readonly<Record<string, Json>> {
    return Object.fromEntries(this.#schemas);
  }

  /** A reference to a message. */
  refer(type: Type, direction: Direction): Json {
    if (!this.#schemas.has(type.name)) {
      // Before it is described: a message may contain itself.
      this.#schemas.set(type.name, {});
      this.#schemas.set(type.name, this.#describeMessage(type, direction));
    }
    return { $ref: `#/components/schemas/${type.name}` };
  }

  /** Some fields of a message as an object of their own. */
  describeFields(fields: readonly Field[], direction: Direction): Json {
    const isRequired = (field: Field): boolean => direction === "told" || rulesOf(field).required === true;
    const required = fields.filter(isRequired).map(({ jsonName }) => jsonName);
    return {
      type: "object",
      properties: Object.fromEntries(fields.map((field) => [field.jsonName, this.describeField(field, direction)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    };
  }

  describeField(field: Field, direction: Direction): Json {
    const one = this.#describeValue(field, direction);
    const { unit } = rulesOf(field);
    const text = describeComment(field.comment);
    const description = unit === undefined ? text : `${text.replace(/\.$/, "")}, in ${unit}.`;
    if (field.map) return { description, type: "object", additionalProperties: one };
    if (field.repeated) return { description, type: "array", items: one };
    return { description, ...(direction === "told" && hasPresence(field) ? orNull(one) : one) };
  }

  #describeMessage(type: Type, direction: Direction): Json {
    const description = describeComment(type.comment);
    const [choice] = direction === "told" ? oneofsOf(type) : [];
    if (choice !== undefined) {
      const events = choice.fieldsArray.flatMap((field) => messageOf(field) ?? []);
      return { description, oneOf: [...new Set(events)].map((event) => this.refer(event, direction)) };
    }
    return { description, ...this.describeFields(type.fieldsArray, direction) };
  }

  #describeValue(field: Field, direction: Direction): Json {
    const [words, message, rules] = [enumOf(field), messageOf(field), rulesOf(field)];
    if (words !== undefined) return { type: "string", enum: Object.keys(words.values).map(enumWord) };
    if (isDuration(field)) return { type: ["string", "number"] };
    if (message?.fullName === ".google.protobuf.Timestamp") return { type: "string", format: "date-time" };
    if (message !== undefined) return this.refer(message, direction);
    if (rules.format === "BYTES") return { type: ["string", "integer"] };
    if (field.type === "string") return { type: "string", ...(rules.words !== undefined && { enum: rules.words }) };
    return describeNumber(field);
  }
}

function describeNumber(field: Field): Json {
  if (field.type === "bool") return { type: "boolean" };
  if (field.type === "double") return { type: "number" };
  const { min = field.type === "uint32" ? "0" : undefined, max } = rulesOf(field);
  return {
    type: "integer",
    ...(min !== undefined && { minimum: Number(min) }),
    ...(max !== undefined && { maximum: Number(max) }),
  };
}

function orNull(schema: Json): Json {
  if ("$ref" in schema) return { oneOf: [schema, { type: "null" }] };
  return { ...schema, type: [schema["type"], "null"].flat() };
}

function describeComment(comment: string | null): string {
  return (comment ?? "").replaceAll("\n", " ");
}
