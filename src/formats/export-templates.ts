import { ProcessError } from "../errors.js";
import { toJson } from "../template/encode.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { ExportedFile, Kept } from "./exported.js";
import type { ReportRow } from "./format.js";
import { writeSystemd } from "./write-systemd.js";

export interface Exported {
  readonly files: readonly ExportedFile[];
  /** A row for each field of the templates; `to` is the field of the other system. */
  readonly report: readonly Omit<ReportRow, "line" | "column">[];
}

const writers = { systemd: writeSystemd } as const;

/** The systems templates can be written for. */
export const exportFormats: readonly string[] = Object.keys(writers);

/**
 * Templates as files of another system, with a report of what became of each field.
 *
 * @throws ProcessError BAD_REQUEST when the system is not known
 */
export function exportTemplates(templates: readonly ProcessTemplate[], to: string): Exported {
  if (!Object.hasOwn(writers, to)) {
    const expected = `expected one of ${exportFormats.join(", ")}`;
    throw new ProcessError("BAD_REQUEST", `unknown format ${JSON.stringify(to)}; ${expected}`);
  }
  const { files, kept } = writers[to as keyof typeof writers](templates);
  return { files, report: templates.flatMap((template, index) => describe(template, kept[index] ?? new Map(), to)) };
}

function describe(template: ProcessTemplate, kept: Kept, system: string): Exported["report"] {
  return fieldsOf(toJson(template)).map((field) => {
    const found = [...kept].find(([known]) => field === known || field.startsWith(`${known}.`))?.[1];
    const row = { process: template.name, field };
    if (found === undefined) return { ...row, outcome: "dropped", to: "", note: `${system} has nothing of the kind` };
    const outcome = found.note === undefined ? "mapped" : "approximated";
    return { ...row, outcome, to: found.to, note: found.note ?? "" };
  });
}

function fieldsOf(json: object, inside = ""): readonly string[] {
  return Object.entries(json).flatMap(([key, value]: [string, unknown]) => {
    const isSection = typeof value === "object" && value !== null && !Array.isArray(value) && key !== "env";
    return isSection ? fieldsOf(value, `${inside}${key}.`) : [`${inside}${key}`];
  });
}
