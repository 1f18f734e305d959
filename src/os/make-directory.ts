import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory, with those above it, for its owner only unless `mode` says more; throws Node's error. Not with Node's `recursive` option: on
 * a file system that lets nobody make one, such as /proc, mkdirSync then never returns.
 */
export function makeDirectory(path: string, mode = 0o700): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return;
    throw Object.assign(new Error(`${path} is not a directory`), { code: "ENOTDIR" });
  }
  makeDirectory(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
