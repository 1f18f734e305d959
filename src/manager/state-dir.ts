import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where a manager keeps what outlives it. */
export interface StateDir {
  readonly path: string;
  readonly logDirectory: string;
}

/** Creates the directories, for their owner only. Undefined for a manager that writes nothing. */
export function openStateDir(directory: string | undefined, cwd: string): StateDir | undefined {
  if (directory === undefined) return undefined;
  const path = resolve(cwd, directory);
  const logDirectory = join(path, "logs");
  mkdirSync(logDirectory, { recursive: true, mode: 0o700 });
  return { path, logDirectory };
}
