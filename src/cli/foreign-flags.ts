import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { ProcessError } from "../errors.js";
import { isJavaScript } from "../formats/program-files.js";

/** How the file of another system is read. */
export interface ForeignFlags {
  /** Name of the format; left out, it is told by the content. */
  readonly from?: string | undefined;
  /** Which set of variables is chosen, where the system has several. */
  readonly environment?: string | undefined;
  /** Whether a file of JavaScript may be evaluated. */
  readonly allowJs?: boolean | undefined;
}

/** Whether a file is to be evaluated, and not only read. */
export function isEvaluated(file: string, { allowJs }: ForeignFlags): boolean {
  return allowJs === true && isJavaScript(file);
}

/** The options of a command that reads such a file. */
export function addForeignOptions(command: Command): Command {
  return command
    .option("--from <format>", "which other system it is a file of (default: told by its content, else by its name)")
    .option("--env, --environment <name>", "which of its sets of variables counts, such as env_NAME of PM2")
    .option("--allow-js", "evaluate a file of JavaScript that is not drover's, in a process that may only read");
}

/** @throws ProcessError BAD_REQUEST when there is no file of the name of `config`, or flags are about one that is not named */
export function requireForeignFile({
  config,
  from,
  environment,
  allowJs,
}: ForeignFlags & { readonly config?: string }): void {
  if (config !== undefined && !existsSync(config)) {
    const text = `--config: there is no file ${resolve(config)}; leave it out to run without a configuration`;
    throw new ProcessError("BAD_REQUEST", text);
  }
  const given = { "--from": from, "--env": environment, "--allow-js": allowJs };
  const about = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (config !== undefined || about === undefined) return;
  throw new ProcessError("BAD_REQUEST", `${about} is about the file of another system; name that with --config FILE`);
}
