import { protojson } from "./lazy-modules.js";
import type { PathPart, Problem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";
import type { Dialect } from "./read-amount.js";
import { resolveTemplate, type TemplateBase } from "./resolve.js";
import { messageType } from "./schema.js";
import { checkRelations } from "./semantics.js";
import { type JsonObject, validate } from "./validate.js";

/** A template, or everything that is wrong with it. */
export type ReadTemplate =
  | { readonly template: ProcessTemplate }
  | { readonly template?: undefined; readonly problems: readonly Problem[] };

/** One template from a value with the template's fields. `path` is where the value stands in its document. */
export function readTemplate(
  value: unknown,
  dialect: Dialect,
  base: TemplateBase,
  path: readonly PathPart[] = [],
): ReadTemplate {
  const { json, problems } = validate(messageType("ProcessTemplate"), value, dialect, path);
  return completeTemplate(json, problems, base, path);
}

/** The second half of reading: relations between fields, the strict proto3 JSON parser as the last word, the defaults. */
export function completeTemplate(
  json: JsonObject,
  earlier: readonly Problem[],
  base: TemplateBase,
  path: readonly PathPart[],
): ReadTemplate {
  // What is left out because it is wrong must not be called missing as well.
  const relations = checkRelations(json, path).filter((problem) => !earlier.some((other) => isInside(other, problem)));
  const problems = [...earlier, ...relations];
  if (problems.length > 0) return { problems };
  try {
    protojson().fromJson(messageType("ProcessTemplate"), json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problems: [{ path, at: "value", message }] };
  }
  return { template: resolveTemplate(json, base) };
}

function isInside(inner: Problem, outer: Problem): boolean {
  return outer.path.every((part, index) => inner.path[index] === part);
}
