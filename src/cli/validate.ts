import { statSync } from "node:fs";
import { type CheckedDirectory, checkDirectory } from "../manager/check-directory.js";
import { TemplateStore, validateFile } from "../template/store.js";
import { isConfigFile, readConfigTemplates } from "./config-file.js";
import { exitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

/**
 * Checks template and configuration files, and every template file of the directories among the paths, these also for circular
 * dependencies and clashing names; gives the exit code.
 */
export async function runValidate(
  paths: readonly string[],
  { json }: { readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const checked = [];
  for (const path of paths) checked.push({ path, ...(await check(path)) });
  const errors = checked.flatMap((one) => one.errors);
  const warnings = checked.flatMap((one) => one.warnings);
  const templates = checked.flatMap((one) => one.templates);
  if (json) {
    const names = templates.map(({ template, file }) => ({ name: template.name, file }));
    const problems = { errors: errors.map(describeError), warnings: warnings.map(describeError) };
    terminal.out(JSON.stringify({ valid: errors.length === 0, templates: names, ...problems }, null, 2));
  } else {
    for (const error of errors) terminal.err(String(error));
    for (const warning of warnings) terminal.err(`warning: ${String(warning)}`);
    const verdict = errors.length === 0 ? "all valid" : `${count(errors.length, "error")}`;
    terminal.out(`${count(templates.length, "template")} in ${count(checked.length, "path")} checked: ${verdict}`);
  }
  return errors.length === 0 ? exitCode.done : exitCode.usage;
}

/** The templates of a directory are also checked for how they go together; those of a single file may need others. */
async function check(path: string): Promise<CheckedDirectory> {
  if (isDirectory(path)) return checkDirectory(await new TemplateStore(path).load());
  return { ...(await (isConfigFile(path) ? readConfigTemplates(path) : validateFile(path))), warnings: [] };
}

function describeError(error: CheckedDirectory["errors"][number]): Record<string, unknown> {
  const { file, line, column, path, message, expected, fix } = error;
  return {
    file,
    line: line ?? null,
    column: column ?? null,
    path,
    message,
    expected: expected ?? null,
    fix: fix ?? null,
  };
}

function count(amount: number, thing: string): string {
  return `${amount} ${amount === 1 ? thing : `${thing}s`}`;
}

/** What cannot even be looked at is told by the reader of files, as an error of that path alone. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
