import { expect } from "vitest";
import { type Exported, exportTemplates } from "../../src/formats/export-templates.js";
import type { ExportOptions } from "../../src/formats/exported.js";
import { importText } from "../../src/formats/import-text.js";
import type { Environment } from "../../src/template/expand-env.js";
import { expandEnv } from "../../src/template/expand-env.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { readTemplate } from "../../src/template/read-template.js";
import { errorsOf } from "./told.js";

/** A template as its file would have it. */
export function templateOf(json: Record<string, unknown>): ProcessTemplate {
  const { template, ...read } = readTemplate(json, "file", { cwd: "/srv" });
  if (template === undefined) throw new Error(JSON.stringify(read));
  return template;
}

/** What is not kept as it is, as `outcome process field: note`. */
export const lossesOf = ({ report }: Exported): readonly string[] =>
  report
    .filter(({ outcome }) => outcome !== "mapped")
    .map(({ outcome, process, field, note }) => `${outcome} ${process} ${field}: ${note}`);

/** What is said of one field of one template. */
export function toldOf(json: Record<string, unknown>, to: string, field: string): string | undefined {
  const { report } = exportTemplates([templateOf({ name: "web", command: "/bin/x", ...json })], to);
  const row = report.find((one) => one.field === field);
  return row && [row.outcome, row.to, row.note].filter((part) => part !== "").join("; ");
}

export function onlyText(templates: readonly ProcessTemplate[], to: string, options?: ExportOptions): string {
  const { files } = exportTemplates(templates, to, options);
  expect(files).toHaveLength(1);
  return files[0]?.text ?? "";
}

/** The only process in a file of another system, which must have no mistakes. */
export function importOnly(text: string, format: string, file = "web.service"): ProcessTemplate {
  const imported = importText(text, { format, file, cwd: "/" });
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0] as ProcessTemplate;
}

/** A template in another system's file, read back. */
export function roundTrip(template: ProcessTemplate, to: string): ProcessTemplate {
  const [file] = exportTemplates([template], to).files;
  return importOnly(file?.text ?? "", to, file?.name);
}

/** The environment of a template where nothing else is known. */
export const plainEnv = ({ env }: Pick<ProcessTemplate, "env">, base: Environment = {}): Record<string, string> =>
  expandEnv(env, base, "ERROR").env;
