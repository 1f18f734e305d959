import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exporters } from "../../src/formats/export-templates.js";
import type { ExportFormat } from "../../src/formats/exported.js";
import type { FieldRule, Format } from "../../src/formats/format.js";
import { formats } from "../../src/formats/formats.js";
import { kindTitles } from "../../src/formats/kind.js";
import { root } from "../repo/run.js";

const named = formats.map((format) => [format.name, format] as const);

test.each(named)("docs/migrate/%s.md has the field table of the importer", (_, format) => {
  const page = join(root, `docs/migrate/${format.name}.md`);
  const tables = describeFields(format);
  if (process.env["DROVER_UPDATE_DOCS"] === "1") {
    const [prose = ""] = readFileSync(page, "utf8").split("\n## Fields\n");
    writeFileSync(page, `${prose.trimEnd()}\n\n${tables}`);
  }
  expect(readFileSync(page, "utf8").endsWith(`\n${tables}`)).toBe(true);
});

test("docs/migrate/export.md has the field tables of the exporters", () => {
  const page = join(root, "docs/migrate/export.md");
  const tables = `## Fields\n\nMade from the tables of the exporters.\n\n${exporters.map(describeExport).join("\n")}`;
  if (process.env["DROVER_UPDATE_DOCS"] === "1") {
    const [prose = ""] = readFileSync(page, "utf8").split("\n## Fields\n");
    writeFileSync(page, `${prose.trimEnd()}\n\n${tables}`);
  }
  expect(readFileSync(page, "utf8").endsWith(`\n${tables}`)).toBe(true);
});

function describeExport({ title, files, rules }: ExportFormat): string {
  const rows = rules.map(({ field, to, outcome, note }) => {
    const how = outcome === "mapped" ? note : `${outcome}: ${note}`;
    return [`\`${field}\``, asCode(to), how.replaceAll("|", "\\|")];
  });
  return `### ${title}\n\n${files}.\n\n${table(["template field", "becomes", "how"], rows)}\n`;
}

function describeFields({ constants, rules, documentRules, relativeTo }: Format): string {
  const base = relativeTo === "file" ? "to the directory of the file" : "to where drover is started";
  const parts = [
    `## Fields\n\nMade from the table of the importer. Relative working directories are relative ${base}.`,
    table(["field", "value", "left out", "becomes", "how"], rules.map(describeRule)),
  ];
  if (documentRules.length > 0) {
    const rows = documentRules.map(({ field, outcome, note }) => [`\`${field}\``, outcome, note]);
    parts.push(`Beside the processes:\n\n${table(["field", "outcome", "how"], rows)}`);
  }
  if (constants.length > 0) {
    const rows = constants.map(({ to, value, why }) => [`\`${to}\``, `\`${JSON.stringify(value)}\``, why]);
    parts.push(`What every process gets:\n\n${table(["template field", "value", "why"], rows)}`);
  }
  return `${parts.join("\n\n")}\n`;
}

function describeRule({ field, kind, to, outcome, note = "", missing }: FieldRule): string[] {
  const shown = missing === undefined || missing === "" ? "" : `\`${JSON.stringify(missing)}\``;
  const how = outcome === "mapped" ? note : [outcome, note].filter((part) => part !== "").join(": ");
  return [`\`${field}\``, kindTitles[kind] ?? kind, shown, asCode(to), how.replaceAll("|", "\\|")];
}

function asCode(fields: string): string {
  const parts = fields.split(", ").filter((part) => part !== "");
  return parts.map((part) => `\`${part}\``).join(", ");
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

test("the page about importing lists every format", () => {
  const page = join(root, "docs/migrate/README.md");
  const rows = formats.map(({ name, title, files }) => [title, files, `[\`${name}\`](${name}.md)`]);
  const systems = table(["system", "files", "page, and word for `--from`"], rows);
  if (process.env["DROVER_UPDATE_DOCS"] === "1") {
    const text = readFileSync(page, "utf8");
    writeFileSync(
      page,
      text.replace(/(## Systems\n\n)(?:\|.*\n)+/, (_all, title: string) => `${title}${systems}\n`),
    );
  }
  expect(readFileSync(page, "utf8")).toContain(`\n## Systems\n\n${systems}\n`);
});
