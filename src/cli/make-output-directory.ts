import { ProcessError } from "../errors.js";
import { makeDirectory } from "../os/make-directory.js";
import { describeFailure } from "../template/read-file.js";

/**
 * Makes a directory for files that are written for others, and those around it, where there are none.
 *
 * @throws ProcessError BAD_REQUEST when it cannot be made
 */
export function makeOutputDirectory(directory: string): void {
  try {
    makeDirectory(directory, 0o777);
  } catch (error) {
    throw new ProcessError("BAD_REQUEST", `cannot write to ${directory}: ${describeFailure(error)}`, { cause: error });
  }
}
