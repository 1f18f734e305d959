import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory, with those above it, for its owner only unless `mode` says more; throws Node's error. Not with
 * Node's `recursive` option: on a file system that lets nobody make one, such as /proc, mkdirSync then never returns.
 */
export function makeDirectory(path: string, mode = 0o700): void {
  const parent = dirname(path);
  if (!existsSync(parent)) makeDirectory(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // It stands already, or somebody else was faster; on a read-only file system the error is another (mkdir(2)).
    if (!existsSync(path) || !statSync(path).isDirectory()) throw error;
  }
}
