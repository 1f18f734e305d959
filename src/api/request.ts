import type { Context } from "hono";
import { ProcessError } from "../errors.js";
import { didYouMean } from "../template/suggestion.js";

/** The fields of a request, already of the right kind. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON object in the body of a request; an empty body is an empty one.
 *
 * @throws ProcessError BAD_REQUEST when it is none
 */
export async function readObject(context: Context): Promise<Fields> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  const value = parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw badRequest("the body is not a JSON object");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a field must be, in words, and whether it is. */
export interface FieldRule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

export const textField: FieldRule = { expected: "a text", holds: (value) => typeof value === "string" && value !== "" };
export const flagField: FieldRule = { expected: "true or false", holds: (value) => typeof value === "boolean" };
export const textsField: FieldRule = {
  expected: "a list of texts",
  holds: (value) => Array.isArray(value) && value.every((item) => textField.holds(item)),
};

/**
 * Refuses fields that are unknown or of the wrong kind: ignored, they would do something else than was asked for.
 *
 * @throws ProcessError BAD_REQUEST that names all of them
 */
export function requireFields(fields: Fields, rules: Readonly<Record<string, FieldRule>>): Fields {
  const problems = Object.entries(fields).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return [`${name}: unknown field; ${hintFor(name, Object.keys(rules))}`];
    return value === null || rule.holds(value) ? [] : [`${name}: expected ${rule.expected}`];
  });
  if (problems.length > 0) throw badRequest(problems.join("\n"));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function hintFor(name: string, known: readonly string[]): string {
  if (known.length === 0) return "expected none";
  return didYouMean(name, known) ?? `expected one of ${known.join(", ")}`;
}

/** `true` unless the query says `false`. */
export function readFlag(context: Context, name: string): boolean {
  const text = context.req.query(name);
  if (text === undefined || text === "true" || text === "false") return text !== "false";
  throw badRequest(`${name}: unknown value ${JSON.stringify(text)}; expected true or false`);
}

/** A whole number from 0 up. */
export function readAmount(
  context: Context,
  name: string,
  { otherwise, most }: { readonly otherwise: number; readonly most: number },
): number {
  const text = context.req.query(name);
  if (text === undefined) return otherwise;
  const amount = /^\d{1,15}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (amount <= most) return amount;
  throw badRequest(`${name}: ${JSON.stringify(text)} is no number from 0 to ${most}`);
}

/** One of the words, or the first one when the query has none. */
export function readWord<Word extends string>(context: Context, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = context.req.query(name);
  const word = text === undefined ? words[0] : words.find((one) => one === text);
  if (word !== undefined) return word;
  throw badRequest(`${name}: unknown value ${JSON.stringify(text)}; expected one of ${words.join(", ")}`);
}

export function badRequest(message: string): ProcessError {
  return new ProcessError("BAD_REQUEST", message);
}

/** Which stream of events a reader was reading, and how far. */
export function readLastId(context: Context): readonly [token: string, sequence: number] {
  const id = context.req.header("last-event-id") ?? context.req.query("lastEventId") ?? "";
  const [, token = "", sequence = "0"] = /^([\w-]{1,64})-(\d{1,15})$/.exec(id) ?? [];
  return [token, Number(sequence)];
}
