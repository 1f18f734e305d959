import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProcessError } from "../errors.js";
import { exportTemplates } from "../formats/index.js";
import { TemplateStore } from "../template/store.js";
import { exitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

export interface ExportFlags {
  readonly to: string;
  readonly templateDir: string;
  readonly write?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Writes templates as files of another system and tells what could not be kept; gives the exit code. */
export async function runExport(names: readonly string[], flags: ExportFlags, terminal: Terminal): Promise<number> {
  const store = new TemplateStore(flags.templateDir);
  await store.load();
  const templates = names.map((name) => {
    const template = store.get(name);
    if (template !== undefined) return template;
    throw new ProcessError(
      "TEMPLATE_NOT_FOUND",
      `there is no valid template ${JSON.stringify(name)} in ${flags.templateDir}`,
    );
  });
  const { files, report } = exportTemplates(templates, flags.to);
  const isRefused = flags.strict === true && report.some(({ outcome }) => outcome === "dropped");
  if (flags.json === true) terminal.out(JSON.stringify({ files, report }, null, 2));
  else {
    for (const { outcome, process, field, note } of report) {
      if (outcome !== "mapped") terminal.err(`${outcome}: ${process}: ${field}: ${note}`);
    }
  }
  if (isRefused) return exitCode.usage;
  if (flags.write !== undefined) mkdirSync(flags.write, { recursive: true });
  for (const { name, text } of files) {
    // A file that is there already is somebody's: it is not replaced.
    if (flags.write !== undefined) writeFileSync(join(flags.write, name), text, { flag: "wx" });
    else if (flags.json !== true) terminal.out(`# ${name}\n${text}`);
  }
  return exitCode.done;
}
