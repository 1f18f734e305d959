import type { ProcessTemplate } from "../../template/process-template.js";
import { applyRules } from "../export-rule.js";
import type { ExportFormat, Written } from "../exported.js";
import { toYaml } from "../write-yaml.js";
import { type ComposeProcess, composeExportFields } from "./export-fields.js";

const rules = composeExportFields();

/** One file with all processes. */
export const processComposeExport: ExportFormat = {
  name: "process-compose",
  title: "process-compose",
  files: "process-compose.yaml",
  rules,
  write,
};

function write(templates: readonly ProcessTemplate[]): Written {
  const processes = new Map<string, ComposeProcess>();
  const told = templates.map((template) => {
    const out: ComposeProcess = {};
    processes.set(template.name, out);
    return applyRules(rules, { template, out, all: templates });
  });
  const text = toYaml({ version: "0.5", processes });
  return { files: [{ name: "process-compose.yaml", text }], told };
}
