import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import { describeFailure } from "../template/read-file.js";

/**
 * Makes a directory and those around it, where there are none. The recursive `mkdir` of Node tries for ever in /proc.
 *
 * @throws ProcessError BAD_REQUEST when it cannot be made
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(resolve(directory)));
  try {
    mkdirSync(directory);
  } catch (error) {
    throw new ProcessError("BAD_REQUEST", `cannot write to ${directory}: ${describeFailure(error)}`, { cause: error });
  }
}
