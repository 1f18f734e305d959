import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { importFile } from "../../src/formats/index.js";
import type { Process, ProcessManager, ProcessTemplate } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { openManager } from "../supervise/real-scene.js";

/** Stubs in place of the programs that another system's file names, and a manager of processes. */
export interface Scene extends AsyncDisposable {
  readonly path: string;
  readonly manager: ProcessManager;
  /** Makes a process of the one template that an import gave. */
  take(imported: { readonly templates: readonly ProcessTemplate[]; readonly errors: readonly unknown[] }): Process;
}

/** A directory with files that can be run, and a manager that finds those of `bin` first. The variable STUBS names the directory. */
export async function openScene(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  const dir = tempDir();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir.path, name)), { recursive: true });
    writeFileSync(join(dir.path, name), text);
    chmodSync(join(dir.path, name), 0o755);
  }
  const path = `${join(dir.path, "bin")}:${process.env["PATH"] ?? ""}`;
  const manager = await openManager({ env: { PATH: path, STUBS: dir.path, ...env } });
  return {
    path: dir.path,
    manager,
    take: ({ templates, errors }) => {
      expect(errors.map(String)).toEqual([]);
      return manager.newProcessFromTemplate(templates[0] as ProcessTemplate);
    },
    [Symbol.asyncDispose]: async () => {
      await manager.close();
      dir[Symbol.dispose]();
    },
  };
}

/** The processes of a file, in a directory with the others. It is that of the user, too. */
export async function sceneOf(file: string, files: Readonly<Record<string, string>>): Promise<Scene> {
  const scene = await openScene(files);
  const surroundings = { cwd: scene.path, home: scene.path, env: { STUBS: scene.path } };
  const { templates, errors } = importFile(join(scene.path, file), surroundings);
  expect(errors.map(String)).toEqual([]);
  for (const template of templates) scene.manager.newProcessFromTemplate(template);
  return scene;
}

export function processOf({ manager }: Scene, name: string): Process {
  const subject = manager.getProcessByName(name);
  if (subject === undefined) throw new Error(`there is no ${name}`);
  return subject;
}
