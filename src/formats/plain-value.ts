import { type LocatedProblem, textProblem } from "../template/source-document.js";
import { isObject } from "../template/validate.js";

/** Deeper than any configuration is nested, and shallower than what overflows the stack. */
const deepest = 100;
/** More than a text of the size that is imported can have. */
const mostParts = 1_000_000;

/**
 * A value of a program as a file would have it, or what no file could have. Its whole numbers of any size become plain ones; what is
 * no data, such as a function or a RegExp, stays for the rules of its field.
 */
export function plainValueOf(value: unknown): { readonly value: unknown } | { readonly problem: LocatedProblem } {
  let parts = 0;
  let isDeep = false;
  const copy = (part: unknown, depth: number): unknown => {
    parts += 1;
    isDeep ||= depth > deepest;
    if (isDeep || parts > mostParts) return undefined;
    if (typeof part === "bigint") return Number(part);
    if (Array.isArray(part)) return part.map((item) => copy(item, depth + 1));
    if (!isObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, copy(member, depth + 1)]));
  };
  const plain = copy(value, 0);
  if (isDeep) return faulty(`contains itself, or is nested more than ${deepest} deep`);
  return parts > mostParts ? faulty(`has more than ${mostParts} parts`) : { value: plain };
}

function faulty(message: string): { readonly problem: LocatedProblem } {
  return { problem: textProblem(message, {}, "data that a file could have") };
}
