import type { PathPart, Problem } from "../template/problem.js";
import { isObject } from "../template/validate.js";

/** The processes of a document that is a map of names, and its other fields; or what is wrong with it. */
export interface Members {
  readonly members: Readonly<Record<string, unknown>>;
  readonly others: readonly (readonly PathPart[])[];
  readonly problems: readonly Problem[];
}

/** Takes a document apart whose processes are a map in one of its fields. */
export function membersOf(document: unknown, field: string, expected: string): Members {
  const { [field]: members, ...others } = isObject(document) ? document : {};
  if (isObject(members)) return { members, others: Object.keys(others).map((key) => [key]), problems: [] };
  const message = members === undefined ? "is missing" : "is no map";
  return { members: {}, others: [], problems: [{ path: [field], at: "value", message, expected }] };
}
