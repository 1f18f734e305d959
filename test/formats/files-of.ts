import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempDir } from "../repo/temp-dir.js";

/** A directory with files of these texts. */
export function filesOf(files: Readonly<Record<string, string>>): ReturnType<typeof tempDir> {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir.path, name)), { recursive: true });
    writeFileSync(join(dir.path, name), text);
  }
  return dir;
}
