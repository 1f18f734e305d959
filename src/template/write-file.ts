import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that after a crash there is the old content or the new, never a part of it. The file is readable by its owner
 * only: templates may hold secrets. Its directory is created when it is missing.
 */
export function writeFileAtomically(path: string, content: Uint8Array): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true });
  // Hidden, so that nobody who lists the directory meanwhile takes it for a template.
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

/** The new name is on disk only when its directory is. */
function syncDirectory(directory: string): void {
  const file = openSync(directory, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
