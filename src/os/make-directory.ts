import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory, with those above it, for its owner only unless `mode` says more; throws Node's error. Not with
 * Node's `recursive` option: on a file system that lets nobody make one, such as /proc, mkdirSync then never returns.
 */
export function makeDirectory(path: string, mode = 0o700): void {
  const failure = tryToMake(path, mode);
  if (failure === undefined) return;
  const parent = dirname(path);
  if (failure.code !== "ENOENT" || parent === path) throw failure;
  makeDirectory(parent, mode);
  const second = tryToMake(path, mode);
  if (second !== undefined) throw second;
}

/** It may stand already, or somebody else may be faster; on a read-only file system that is another error than EEXIST. */
function tryToMake(path: string, mode: number): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isDirectory(path)) return error as NodeJS.ErrnoException;
  }
  return undefined;
}

/** Not by existsSync: that asks access(2), which knows nothing of the capabilities of a process that is not root. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
