import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { makeDirectory } from "../make-directory.js";

/**
 * Opens a file for a process' output: appending, so that truncation by rotation and several writers are safe, open(2).
 * A FIFO without a reader would block the whole host in open(2), so it is opened without waiting and refused.
 */
export function openOutputFile(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
  const flags = O_APPEND | O_CREAT | O_WRONLY;
  makeDirectory(dirname(path));
  const descriptor = openSync(path, flags | O_NONBLOCK, 0o600);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return descriptor;
  closeSync(descriptor);
  if (stats.isCharacterDevice()) return openSync(path, flags);
  throw new Error(`${path} is neither a file nor a character device such as /dev/null`);
}
