import type { PathPart, Problem } from "./problem.js";

/** What is wrong with a value, without where. */
export type Complaint = Pick<Problem, "message" | "expected" | "fix" | "isUnquoted">;

/** A scalar in canonical proto3 JSON, or what is wrong with it. */
export type Scalar = { readonly value: string | number | boolean } | Complaint;

/** Whether reading gave a complaint instead of a value. */
export function isComplaint(result: { readonly value: unknown } | Complaint): result is Complaint {
  return "message" in result;
}

/** What to do about a value that would be a text in quotes. */
export const quoteIt = (written: string): string => `quote it: "${written}"`;

/** A complaint with its place. */
export function problemAt(path: readonly PathPart[], complaint: Complaint, at: Problem["at"] = "value"): Problem {
  return { path, at, ...complaint };
}

/** A value for people, short: `the number 5`, `the text "x"`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === "boolean") return `${value}`;
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
