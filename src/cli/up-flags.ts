import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ProcessError } from "../errors.js";
import type { ReportRow } from "../formats/format.js";
import type { TemplateError } from "../template/template-error.js";
import { type Config, findConfigFile, readConfigFile } from "./config-file.js";
import type { ConfigOptions } from "./config-options.js";
import { type ForeignFlags, requireForeignFile } from "./foreign-flags.js";

/** What the command line says of how a manager is run. */
export interface UpFlags extends Omit<ConfigOptions, "env" | "statusPeriod">, ForeignFlags {
  readonly templateDir: string;
  readonly stateDir: string;
  readonly config?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** The same with what a configuration file says. */
export interface UpOptions extends Omit<UpFlags, "templateDir"> {
  /** Undefined where the templates are only those of the configuration file. */
  readonly templateDir?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly statusPeriod?: string;
  /** What became of the fields of another system's file. */
  readonly report?: readonly ReportRow[] | undefined;
  /** What is wrong with templates of the configuration file; the others are used. */
  readonly templateErrors?: readonly TemplateError[];
}

/**
 * The flags, and for what they leave open what the configuration file says: that of `--config`, or the one in the working directory.
 *
 * @throws ProcessError INVALID_TEMPLATE for a configuration that is wrong, BAD_REQUEST when there is none of that name
 */
export async function resolveUpFlags(flags: UpFlags, isGiven: (name: string) => boolean): Promise<UpOptions> {
  requireForeignFile(flags);
  const file = flags.config ?? findConfigFile(process.cwd());
  const { config: _named, ...others } = flags;
  if (file === undefined) return others;
  const config = await readConfigFile(file, flags);
  if (config.optionErrors.length > 0) {
    throw new ProcessError("INVALID_TEMPLATE", config.optionErrors.map(String).join("\n"));
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([name]) => isGiven(name)));
  const merged = { ...flags, ...config.options, ...given, config: resolve(file) };
  const { report, templateErrors } = config;
  const told = { ...merged, report, templateErrors };
  return hasOwnTemplatesOnly(config, merged, isGiven) ? { ...told, templateDir: undefined } : told;
}

/** The default directory of templates is not missed beside templates of the file, and not meant beside the file of another system. */
function hasOwnTemplatesOnly(config: Config, merged: UpFlags, isGiven: (name: string) => boolean): boolean {
  const isNamed = isGiven("templateDir") || config.options.templateDir !== undefined;
  const isEnough = config.report !== undefined || !existsSync(merged.templateDir);
  return !isNamed && config.templates !== undefined && isEnough;
}
