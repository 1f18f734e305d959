import type { ProcessTemplate } from "../template/process-template.js";
import type { FieldOfPage, Told } from "./exported.js";

/** One field of a template, with all that is inside it: what it becomes in another system. The report and the page are made from these. */
export interface ExportRule<Target> extends FieldOfPage {
  /** Puts its value, also a default, into what is written; says what became of it where that is not what the rule says. */
  readonly write?: WriteField<Target>;
}

export type WriteField<Target> = (exporting: Exporting<Target>) => Fate | undefined;

/** What is said of a value. */
export type Fate = Partial<Pick<Told, "outcome" | "to" | "note">>;

/** One template on its way into another system. */
export interface Exporting<Target> {
  readonly template: ProcessTemplate;
  /** What is being put together for the other system. */
  readonly out: Target;
  /** Every template that is written with it, itself included. */
  readonly all: readonly ProcessTemplate[];
  /** Says what became of a part of a field, such as one variable; or of a default that the other system does not share. */
  readonly tell: (field: string, fate: Fate) => void;
}

/** A field that the other system has. */
export function kept<Target>(field: string, to: string, write?: WriteField<Target>, note = ""): ExportRule<Target> {
  return { field, to, outcome: "mapped", note, ...(write !== undefined && { write }) };
}

/** A field that the other system has something near to, and how it differs. */
export function near<Target>(field: string, to: string, note: string, write?: WriteField<Target>): ExportRule<Target> {
  return { field, to, outcome: "approximated", note, ...(write !== undefined && { write }) };
}

/** Fields that the other system has nothing for, and why or what to do. */
export function lost<Target>(fields: string, note: string): readonly ExportRule<Target>[] {
  return fields.split(", ").map((field) => ({ field, to: "", outcome: "dropped" as const, note }));
}

export const lostAs = (note: string): Fate => ({ outcome: "dropped", note });

export const nearAs = (note: string, to?: string): Fate => ({
  outcome: "approximated",
  note,
  ...(to !== undefined && { to }),
});

/** Runs the rules over one template and collects what became of its fields. */
export function applyRules<Target>(
  rules: readonly ExportRule<Target>[],
  exporting: Omit<Exporting<Target>, "tell">,
): readonly Told[] {
  const all: Told[] = [];
  for (const rule of rules) {
    const tell = (field: string, fate: Fate): void => {
      all.push(complete({ ...rule, note: "", ...fate }, field, true));
    };
    const fate = rule.write?.({ ...exporting, tell });
    // What the rule says of every value is for the page, where it is no loss.
    const note = rule.outcome === "mapped" ? "" : rule.note;
    all.push(complete({ ...rule, note, ...fate }, rule.field, false));
  }
  return all;
}

function complete({ outcome, to, note }: FieldOfPage, field: string, isAlways: boolean): Told {
  return { field, outcome, to: outcome === "dropped" ? "" : to, note, isAlways };
}
