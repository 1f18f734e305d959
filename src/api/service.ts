import type { Method, Service, Type } from "protobufjs";
import type { Management } from "../gen/drover/v1/management.js";
import type { Answer } from "../gen/drover/v1/options.js";
import { loadSchema, optionOf } from "../template/schema.js";

/** The name of something that can be asked of a manager. */
export type MethodName = keyof Management;

/** How something is asked for over HTTP, and what comes back, as the schema has it. */
export interface Route {
  readonly name: MethodName;
  /** What it does, in a sentence without its full stop. */
  readonly summary: string;
  readonly method: "get" | "post" | "delete";
  /** With parameters as `{name}`. */
  readonly path: string;
  /** Names of these parameters. */
  readonly parameters: readonly string[];
  readonly request: Type;
  /** `*`: the body is the request, except for what is in the path and in the query. A name: the body is that field. */
  readonly body: string | undefined;
  readonly response: Type;
  /** The field that alone is the body of the answer; undefined when the whole message is. */
  readonly only: string | undefined;
  /** Of an answer that is no error, the usual one first. */
  readonly statuses: readonly number[];
  /** `never`; `asked`: with `follow=true`; `always`. */
  readonly streams: "never" | "asked" | "always";
}

let cached: readonly Route[] | undefined;

/** Every route, in the order of the schema, which is parsed at the first call. */
export function routes(): readonly Route[] {
  cached ??= readService().methodsArray.map(readRoute);
  return cached;
}

function readService(): Service {
  return loadSchema(["drover/v1/management.proto"]).lookupService("drover.v1.Management");
}

/** As google/api/http.proto has it, as far as it is used. */
type HttpRule = { readonly [verb in Route["method"]]?: string } & { readonly body?: string };

function readRoute(method: Method): Route {
  const { resolvedRequestType: request, resolvedResponseType: response, comment } = method;
  const { verb, path, body } = readRule(method);
  if (request === null || response === null) throw new Error(`cannot happen: ${method.fullName} is not resolved`);
  const { status = 200, also = [], streams = false, only } = optionOf<Answer>(method, "(drover.v1.answer)") ?? {};
  return {
    name: method.name as MethodName,
    summary: (comment ?? "").replaceAll("\n", " ").replace(/\.$/, ""),
    method: verb,
    path,
    parameters: [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []),
    request,
    body,
    response,
    only,
    statuses: [status, ...also],
    streams: method.responseStream === true ? "always" : streams ? "asked" : "never",
  };
}

function readRule(method: Method) {
  const rule = optionOf<HttpRule>(method, "(google.api.http)") ?? {};
  for (const verb of ["get", "post", "delete"] as const) {
    const path = rule[verb];
    if (path !== undefined) return { verb, path, body: rule.body };
  }
  throw new Error(`cannot happen: ${method.fullName} has no route`);
}
