import type { Context } from "hono";
import type { Field } from "protobufjs";
import { ProcessError } from "../errors.js";
import { defaultOf } from "../template/defaults.js";
import { describeProblem, type Problem } from "../template/problem.js";
import { fieldOfKey, optionOf, rulesOf } from "../template/schema.js";
import { didYouMean } from "../template/suggestion.js";
import { type JsonObject, validate } from "../template/validate.js";
import type { Route } from "./service.js";

/** Fields as they were sent, by name. */
type Given = Record<string, unknown>;

/**
 * What is asked for, checked by the schema, with its defaults. A field that is not known is refused: ignored, something else would be
 * done than was asked for.
 *
 * @throws ProcessError BAD_REQUEST that names everything that is wrong
 */
export async function decodeRequest(context: Context, route: Route): Promise<JsonObject> {
  const { request, body, parameters } = route;
  const inPath = Object.fromEntries(parameters.map((name) => [name, context.req.param(name) ?? ""]));
  const inQuery = queryOf(context, route);
  const inBody = await readObject(context);
  if (body === undefined && Object.keys(inBody).length > 0) {
    throw badRequest(`the body is not looked at: ${hintFor(route)}`);
  }
  // What the body alone is made of has a check of its own.
  if (body !== undefined && body !== "*") return { [body]: inBody as JsonObject };
  requireBodyFields(inBody, route);
  // What is in the path is a name, however strange: either there is a process of that name, or there is none.
  const { json, problems } = validate(request, { ...inBody, ...inQuery }, "code");
  if (problems.length > 0) throw badRequest(problems.map((problem) => describe(problem, inQuery)).join("\n"));
  for (const field of request.fieldsArray) {
    const value = rulesOf(field).default === undefined ? undefined : defaultOf(field, noDefaults);
    if (value !== undefined) json[field.jsonName] ??= value;
  }
  return { ...json, ...inPath };
}

const noDefaults: ReadonlyMap<string, string> = new Map();

/** Fields of a request are in the query, unless it has a body: then only those that say so. */
export function isInQuery(field: Field, { body, parameters }: Route): boolean {
  if (parameters.includes(field.jsonName)) return false;
  return body === undefined || optionOf<boolean>(field, "(drover.v1.in_query)") === true;
}

function requireBodyFields(body: Given, route: Route): void {
  const elsewhere = Object.keys(body).flatMap((key) => {
    const field = fieldOfKey(route.request, key);
    if (route.parameters.includes(key)) return [`${key}: is in the path already; leave it out`];
    return field !== undefined && isInQuery(field, route) ? [`${key}: belongs into the query: ?${key}=…`] : [];
  });
  if (elsewhere.length > 0) throw badRequest(elsewhere.join("\n"));
}

/** A text in a query has no quotes that could be removed. */
function describe(problem: Problem, inQuery: Given): string {
  const { path, fix } = problem;
  const isMeant = typeof inQuery[String(path[0])] !== "string" || fix?.startsWith("did you mean") === true;
  return describeProblem(isMeant ? problem : { ...problem, fix: undefined });
}

/** What the query says; what is no number or flag is left as it is, to be refused. */
function queryOf(context: Context, route: Route): Given {
  // Without a prototype: a key may be any text.
  const given = Object.create(null) as Given;
  for (const [key, texts] of Object.entries(context.req.queries())) {
    const field = fieldOfKey(route.request, key);
    if (field === undefined) throw badRequest(`${key}: unknown in the query; ${expectedIn(route, key)}`);
    if (!isInQuery(field, route)) {
      const place = route.parameters.includes(field.jsonName)
        ? "is in the path already; leave it out"
        : "belongs into the body";
      throw badRequest(`${key}: ${place}`);
    }
    if (field.repeated) given[key] = texts;
    else if (texts.length > 1) throw badRequest(`${key}: is given ${texts.length} times`);
    else given[key] = readQueryValue(field, texts[0] ?? "");
  }
  return given;
}

function readQueryValue(field: Field, text: string): unknown {
  if (field.type === "bool") return text === "true" ? true : text === "false" ? false : text;
  return field.type === "uint32" && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** The JSON object in the body of a request; an empty body is an empty one. */
async function readObject(context: Context): Promise<Given> {
  const text = await context.req.text();
  if (text.trim() === "") return {};
  const value = parse(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Given;
  throw badRequest("the body is not a JSON object");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function queryFieldsOf(route: Route): readonly string[] {
  return route.request.fieldsArray.filter((field) => isInQuery(field, route)).map(({ jsonName }) => jsonName);
}

/** What may be asked of a route that takes no body. */
function hintFor(route: Route): string {
  const fields = queryFieldsOf(route);
  return fields.length === 0 ? "this route takes nothing" : `put ${fields.join(", ")} into the query`;
}

function expectedIn(route: Route, key: string): string {
  const fields = queryFieldsOf(route);
  if (fields.length === 0) return "expected nothing there";
  return didYouMean(key, fields) ?? `expected one of ${fields.join(", ")}`;
}

export function badRequest(message: string): ProcessError {
  return new ProcessError("BAD_REQUEST", message);
}
