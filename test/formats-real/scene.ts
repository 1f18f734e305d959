import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { importFile } from "../../src/formats/index.js";
import type { Process, ProcessManager } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { openManager } from "../supervise/real-scene.js";

/** Processes of another system's file, with stubs in place of the programs it names. */
export interface Scene extends AsyncDisposable {
  readonly path: string;
  readonly manager: ProcessManager;
}

/** The processes of a file, in a directory with the others. It is that of the user, too, and the variable STUBS names it. */
export async function sceneOf(file: string, files: Readonly<Record<string, string>>): Promise<Scene> {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir.path, name)), { recursive: true });
    writeFileSync(join(dir.path, name), text);
    chmodSync(join(dir.path, name), 0o755);
  }
  const env = { STUBS: dir.path };
  const { templates, errors } = importFile(join(dir.path, file), { cwd: dir.path, home: dir.path, env });
  expect(errors.map(String)).toEqual([]);
  const manager = await openManager({ env });
  for (const template of templates) manager.newProcessFromTemplate(template);
  return {
    path: dir.path,
    manager,
    [Symbol.asyncDispose]: async () => {
      await manager.close();
      dir[Symbol.dispose]();
    },
  };
}

export function processOf({ manager }: Scene, name: string): Process {
  const subject = manager.getProcessByName(name);
  if (subject === undefined) throw new Error(`there is no ${name}`);
  return subject;
}
