import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Imported, Outcome, ReportRow } from "../formats/index.js";
import { toJson } from "../template/encode.js";
import { TemplateStore } from "../template/store.js";
import { exitCode } from "./exit-code.js";
import type { ForeignFlags } from "./foreign-flags.js";
import { importForeign } from "./import-foreign.js";
import { makeOutputDirectory } from "./make-output-directory.js";
import { layOut, type Terminal } from "./terminal.js";

export interface ImportFlags extends ForeignFlags {
  /** Template directory that the templates are written to. */
  readonly write?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Turns another system's file into templates and tells what became of each field; gives the exit code. */
export async function runImport(file: string, flags: ImportFlags, terminal: Terminal): Promise<number> {
  const imported = await importForeign(file, flags);
  const why = flags.strict === true ? whyRefused(imported) : undefined;
  const written: WrittenFile[] = [];
  try {
    if (why === undefined && flags.write !== undefined) await writeTemplates(imported, flags.write, written);
  } finally {
    // What was written before one could not be is told, too.
    if (flags.json === true) terminal.out(JSON.stringify(describeImport(imported, written), null, 2));
    else tellImport(imported, { ...flags, written }, terminal);
  }
  if (why !== undefined) terminal.err(`${why}, and --strict allows none; nothing is written`);
  return imported.errors.length > 0 || why !== undefined ? exitCode.usage : exitCode.done;
}

/** What --strict does not allow; undefined where there is nothing of it. */
function whyRefused({ report, errors }: Imported): string | undefined {
  const dropped = amount(report, "dropped");
  if (dropped > 0) return `${count(dropped, "field")} dropped`;
  return errors.length > 0 ? count(errors.length, "error") : undefined;
}

interface WrittenFile {
  readonly path: string;
  /** Whether it was there before. */
  readonly isReplaced: boolean;
}

async function writeTemplates({ templates }: Imported, directory: string, written: WrittenFile[]): Promise<void> {
  makeOutputDirectory(directory);
  const before = new Set(readdirSync(directory));
  const store = new TemplateStore(directory);
  await store.load();
  for (const template of templates) {
    const path = store.writeSync(template);
    written.push({ path, isReplaced: before.has(basename(path)) });
  }
}

function describeImport(
  { format, templates, report, errors }: Imported,
  written: readonly WrittenFile[],
): Record<string, unknown> {
  return {
    format,
    templates: templates.map((template) => toJson(template)),
    report: report.map((row) => ({ ...row, line: row.line ?? null, column: row.column ?? null })),
    errors: errors.map(({ file, path, line, column, message, expected, fix }) => {
      const place = { file, line: line ?? null, column: column ?? null, path };
      return { ...place, message, expected: expected ?? null, fix: fix ?? null };
    }),
    written: written.map(({ path }) => path),
  };
}

const styles = { mapped: "green", approximated: "yellow", dropped: "red" } as const;

function tellImport(
  imported: Imported,
  { write, written }: ImportFlags & { readonly written: readonly WrittenFile[] },
  terminal: Terminal,
): void {
  const { format, templates, report, errors } = imported;
  const rows = report.map(({ outcome, process, field, to, note, line, file }) => {
    const place = file === undefined ? `${line ?? "-"}` : `${basename(file)}:${line ?? "-"}`;
    const became = [to === "" ? "" : `→ ${to}`, note].filter((part) => part !== "").join("; ");
    return [terminal.style(styles[outcome], outcome), process === "" ? "-" : process, place, field, became];
  });
  if (rows.length > 0) {
    for (const line of layOut([["WHAT", "PROCESS", "LINE", "FIELD", "BECOMES"], ...rows])) terminal.out(line);
  }
  for (const error of errors) terminal.err(String(error));
  const outcomes = (["mapped", "approximated", "dropped"] as const).map(
    (outcome) => `${amount(report, outcome)} ${outcome}`,
  );
  const from = format === "" ? "" : ` from ${format}`;
  terminal.out(
    `${count(templates.length, "template")}${from}; fields: ${outcomes.join(", ")}; ${count(errors.length, "error")}`,
  );
  for (const { path, isReplaced } of written) terminal.out(`${isReplaced ? "replaced" : "written"} ${path}`);
  if (write === undefined && templates.length > 0) terminal.err("nothing is written; --write DIR makes template files");
}

function amount(report: readonly ReportRow[], outcome: Outcome): number {
  return report.filter((row) => row.outcome === outcome).length;
}

function count(amountOf: number, thing: string): string {
  return `${amountOf} ${amountOf === 1 ? thing : `${thing}s`}`;
}
