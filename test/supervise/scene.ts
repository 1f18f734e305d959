import "../load-library.js";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createProcessManager,
  type Process,
  type ProcessManager,
  type ProcessOptions,
  type TemplateOptions,
} from "../../src/index.js";
import { FakeOs, type FakeOsOptions } from "../../src/testing/fake-os.js";
import type { FakeProcess, FakeProgram } from "../../src/testing/fake-process.js";
import { tempDir } from "../repo/temp-dir.js";

/** One process, `app`, of a manager on a fake operating system. */
export interface Scene extends AsyncDisposable {
  readonly os: FakeOs;
  readonly manager: ProcessManager;
  readonly app: Process;
  /** Its runs so far. */
  readonly runs: () => readonly FakeProcess[];
  /** When they began, in milliseconds from the beginning of the scene. */
  readonly startsMs: () => readonly number[];
  /** What the logger of the manager was told. */
  readonly told: readonly string[];
}

/** Longer than any grace period here. */
const closeMs = 60_000;

/** A process nobody has started yet. */
export async function sceneOf(
  options: ProcessOptions,
  program: FakeProgram | undefined,
  osOptions: FakeOsOptions = {},
  adapt: (os: FakeOs) => void = () => undefined,
): Promise<Scene> {
  const { os, told, logger } = fakes(program, osOptions);
  adapt(os);
  const manager = await createProcessManager({ os, logger });
  return scene(os, manager, manager.newProcess("app", "app", options), told);
}

/** A process the manager has started by itself: nobody waits for it. */
export async function markedScene(
  options: TemplateOptions,
  program: FakeProgram | undefined,
  osOptions: FakeOsOptions = {},
): Promise<Scene> {
  const { os, told, logger } = fakes(program, osOptions);
  const dir = tempDir();
  writeMarked(dir.path, "app", { command: "app", cwd: "/", ...options });
  const manager = await createProcessManager({ os, logger, templateDir: dir.path });
  const [problem] = manager.templateErrors;
  if (problem !== undefined) throw new Error(String(problem));
  const opened = scene(os, manager, manager.newProcessFromTemplate("app"), told);
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

/** Writes a template that is started with its manager. */
export function writeMarked(dir: string, name: string, fields: object): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, `${name}.json`), JSON.stringify({ name, runOnStartup: true, ...fields }));
}

function fakes(program: FakeProgram | undefined, osOptions: FakeOsOptions) {
  const told: string[] = [];
  const tell = (_fields: object, message: string): void => void told.push(message);
  const logger = { debug: tell, info: tell, warn: tell, error: tell };
  const own = program === undefined ? {} : { app: program };
  const os = new FakeOs({ ...osOptions, programs: { ...own, ...osOptions.programs } });
  return { os, told, logger };
}

function scene(os: FakeOs, manager: ProcessManager, app: Process, told: readonly string[]): Scene {
  const runs = () =>
    os.processes.filter(({ request, commandLine }) => request.file === "app" && commandLine[0] === "app");
  return {
    os,
    manager,
    app,
    told,
    runs,
    startsMs: () => runs().map(({ startedAt }) => startedAt.getTime()),
    [Symbol.asyncDispose]: async () => {
      const closed = manager.close();
      await os.clock.advance(closeMs);
      await closed;
    },
  };
}
