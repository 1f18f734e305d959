import { basename } from "node:path";
import type { ReportRow } from "../formats/format.js";
import type { Terminal } from "./terminal.js";

/** Tells what of another system's file is not as it was: each field that is dropped, and how many are only nearly the same. */
export function tellReport(report: readonly ReportRow[], file: string, terminal: Terminal): void {
  const name = basename(file);
  for (const { outcome, field, note, line, file: included } of report) {
    if (outcome !== "dropped") continue;
    terminal.err(
      `dropped: ${included === undefined ? name : basename(included)}${line === undefined ? "" : `:${line}`}: ${field}: ${note}`,
    );
  }
  const near = report.filter(({ outcome }) => outcome === "approximated").length;
  if (near === 0) return;
  const what = near === 1 ? "1 field means nearly the same" : `${near} fields mean nearly the same`;
  terminal.err(`${name}: ${what}; \`drover import ${name}\` tells how`);
}
