import type { Complaint } from "../template/complaint.js";
import type { PathPart, Problem } from "../template/problem.js";
import { isObject } from "../template/validate.js";
import { EnvText } from "./env-text.js";
import type { Kind } from "./kind.js";

/** Stands for a value of a program that only running it would tell. */
export class Untold {
  readonly complaint: Complaint;

  constructor(message: string, expected = "a literal") {
    this.complaint = { message, expected };
  }

  /** Why, in words that hold for what it is a part of as well. */
  get why(): string | undefined {
    const { message } = this.complaint;
    return message.includes(", which ") ? message.slice(message.lastIndexOf(", which ") + 2) : undefined;
  }
}

/** What is not told of the value of a field, or of its direct members; of an outer field's members each has its own turn. */
export function findUntold(value: unknown, path: readonly PathPart[], kind?: Kind | "outer"): readonly Problem[] {
  const own = complaintOn(value);
  if (own !== undefined) return [{ path, at: "value", ...own }];
  if (kind === "outer") return [];
  const members: readonly (readonly [PathPart, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(isObject(value) ? value : {});
  return members.flatMap(([key, member]) => {
    const complaint = kind === "variables" && member instanceof EnvText ? undefined : complaintOn(member);
    return complaint === undefined ? [] : [{ path: [...path, key], at: "value", ...complaint }];
  });
}

function complaintOn(value: unknown): Complaint | undefined {
  if (value instanceof Untold) return value.complaint;
  if (!(value instanceof EnvText)) return undefined;
  const names = value.pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.name]));
  const message = `refers to ${[...new Set(names)].join(", ")} of the environment, which only values of env may do`;
  return { message, expected: "a literal" };
}
