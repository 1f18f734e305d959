import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import { yaml } from "../template/lazy-modules.js";

/** Name of the state directory where none is given. */
export const defaultStateDir = ".drover";

/**
 * The state directory a command is meant for: the given one; else the one a configuration file in the working directory or the nearest
 * one above it names, or `.drover` there.
 *
 * @throws ProcessError UNREACHABLE when there is none
 */
export function findStateDir(given: string | undefined, cwd: string): string {
  if (given !== undefined) return resolve(cwd, given);
  for (let at = cwd; ; at = dirname(at)) {
    const stateDir = configuredStateDir(at) ?? join(at, defaultStateDir);
    if (existsSync(stateDir)) return stateDir;
    if (dirname(at) !== at) continue;
    const text = `no manager runs: there is no ${defaultStateDir} in ${cwd} or above it`;
    throw new ProcessError("UNREACHABLE", `${text}; start one with \`drover up\`, or name its --state-dir`);
  }
}

/** Without running what is a program: a command that only looks must not do that. */
function configuredStateDir(directory: string): string | undefined {
  for (const extension of ["json", "yaml", "yml"]) {
    const file = join(directory, `drover.config.${extension}`);
    if (existsSync(file)) return readStateDir(file);
  }
  return undefined;
}

/** Undefined also for a file that is wrong: `drover up` tells that. */
function readStateDir(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    // YAML takes its time to load, and most files do not name it.
    const config = text.includes("stateDir") ? (yaml().parse(text) as { stateDir?: unknown } | null) : undefined;
    return typeof config?.stateDir === "string" ? resolve(dirname(file), config.stateDir) : undefined;
  } catch {
    return undefined;
  }
}
