import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ProcessError } from "../errors.js";

/** Name of the state directory where none is given. */
export const defaultStateDir = ".drover";

/**
 * The state directory a command is meant for: the given one, or `.drover` in the working directory or the nearest one above it.
 *
 * @throws ProcessError UNREACHABLE when there is none
 */
export function findStateDir(given: string | undefined, cwd: string): string {
  if (given !== undefined) return resolve(cwd, given);
  for (let at = cwd; ; at = dirname(at)) {
    const stateDir = join(at, defaultStateDir);
    if (existsSync(stateDir)) return stateDir;
    if (dirname(at) !== at) continue;
    const text = `no manager runs: there is no ${defaultStateDir} in ${cwd} or above it`;
    throw new ProcessError("UNREACHABLE", `${text}; start one with \`drover up\`, or name its --state-dir`);
  }
}
