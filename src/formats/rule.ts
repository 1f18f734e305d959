import { noEffect } from "./apply.js";
import type { FieldRule } from "./format.js";
import type { Kind } from "./kind.js";

/** A field that becomes one of a template. The words of a table: what it is called, its kind, what it becomes. */
export function rule(
  field: string,
  kind: Kind,
  to: string,
  more: Partial<Pick<FieldRule, "note" | "missing" | "apply" | "outcome">> = {},
): FieldRule {
  return { field, kind, to, outcome: "mapped", ...more };
}

/** A field that drover has nothing for, and why. */
export function droppedRule(field: string, note: string): FieldRule {
  return { field, kind: "any", to: "", outcome: "dropped", note };
}

/** The same for one that is off unless it is given: given as false, it means what is so anyway. */
export function droppedFlag(field: string, note: string): FieldRule {
  return { ...droppedRule(field, note), apply: ({ value }) => (value === false ? noEffect("it is off") : undefined) };
}

/** The same rules, for fields inside another. */
export function inside(field: string, rules: readonly FieldRule[]): readonly FieldRule[] {
  return rules.map((each) => ({ ...each, field: `${field}.${each.field}` }));
}
