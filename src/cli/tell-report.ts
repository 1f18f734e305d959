import { basename } from "node:path";
import type { ReportRow } from "../formats/format.js";
import { quoteShellWord } from "../formats/shell-words.js";
import type { ForeignFlags } from "./foreign-flags.js";
import type { Terminal } from "./terminal.js";

/** Tells what of another system's file is not as it was: each field that is dropped, and how many are only nearly the same. */
export function tellReport(
  report: readonly ReportRow[],
  { config = "", ...flags }: ForeignFlags & { readonly config?: string | undefined },
  terminal: Terminal,
): void {
  const name = basename(config);
  for (const { outcome, field, note, line, file: included } of report) {
    if (outcome !== "dropped") continue;
    terminal.err(
      `dropped: ${included === undefined ? name : basename(included)}${line === undefined ? "" : `:${line}`}: ${field}: ${note}`,
    );
  }
  const near = report.filter(({ outcome }) => outcome === "approximated").length;
  if (near === 0) return;
  const what = near === 1 ? "1 field means nearly the same" : `${near} fields mean nearly the same`;
  terminal.err(`${name}: ${what}; \`${importCommand(config, flags)}\` tells how`);
}

function importCommand(file: string, { from, environment, allowJs }: ForeignFlags): string {
  const flags = [
    ...(from === undefined ? [] : ["--from", from]),
    ...(environment === undefined ? [] : ["--env", environment]),
    ...(allowJs === true ? ["--allow-js"] : []),
  ];
  return ["drover", "import", file, ...flags].map(quoteShellWord).join(" ");
}
