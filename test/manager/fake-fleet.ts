import "../load-library.js";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createProcessManager,
  type Process,
  type ProcessManager,
  type ProcessManagerOptions,
  type TemplateOptions,
} from "../../src/index.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import type { FakeProcess, FakeProgram } from "../../src/testing/fake-process.js";
import { tempDir } from "../repo/temp-dir.js";

/** Templates by name. Each runs the program of its own name, unless it says otherwise. */
export type Templates = Readonly<Record<string, TemplateOptions & { readonly command?: string }>>;

/** A manager of a template directory on a fake operating system. */
export interface FakeFleet extends AsyncDisposable {
  readonly os: FakeOs;
  readonly manager: ProcessManager;
  /** What its logger was told. */
  readonly told: readonly string[];
  /** The processes whose readiness check succeeds. */
  readonly ready: Set<string>;
  readonly directory: string;
  /** Replaces the program of a template. */
  program(name: string, program: FakeProgram): void;
  process(name: string): Process;
  /** The runs of a process, or of all, in the order of their start; checks do not count. */
  runs(name?: string): readonly FakeProcess[];
  /** Their names. */
  starts(): readonly string[];
  write(templates: Templates): void;
  remove(name: string): void;
  /** Waits for what real files and pipes bring about; as much time passes as that needs. */
  until(isSo: () => boolean): Promise<void>;
  /** What a promise settles with while time passes: as much as given, and more if it needs that. */
  within<Value>(ms: number, promise: Promise<Value>): Promise<Value>;
}

/** Longer than any grace period here. */
const closeMs = 60_000;
const check = "is-ready";

/** A process is ready when its name is in `fleet.ready`; it is asked ten times a second. */
export const readiness = (name: string): TemplateOptions["readiness"] => ({
  exec: { command: check, args: [name] },
  interval: "100ms",
});

/** All programs sleep until a signal ends them, unless given. */
export async function fleetOf(
  templates: Templates,
  programs: Readonly<Record<string, FakeProgram>> = {},
  options: Omit<ProcessManagerOptions, "os" | "logger" | "templateDir"> = {},
): Promise<FakeFleet> {
  const dir = tempDir();
  const ready = new Set<string>();
  const told: string[] = [];
  const os = new FakeOs({
    programs: { ...programs, [check]: (self) => self.end(ready.has(self.commandLine[1] ?? "") ? 0 : 1) },
  });
  const write = (written: Templates): void => {
    for (const [name, fields] of Object.entries(written)) {
      const command = fields.command ?? name;
      if (programs[command] === undefined && command !== "missing") os.setProgram(command, () => undefined);
      writeFileSync(join(dir.path, `${name}.json`), JSON.stringify({ name, command, cwd: "/", ...fields }));
    }
  };
  write(templates);
  const tell = (_fields: object, message: string): void => void told.push(message);
  const logger = { debug: tell, info: tell, warn: tell, error: tell };
  const manager = await createProcessManager({ ...options, os, logger, templateDir: dir.path });
  const [problem] = manager.templateErrors;
  if (problem !== undefined) throw new Error(String(problem));
  const runs = (name?: string): readonly FakeProcess[] => {
    const all = os.processes.filter(({ request }) => request.file !== check);
    return name === undefined ? all : all.filter(({ request }) => request.env["DROVER_NAME"] === name);
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    // Files and pipes are real, and what follows from them may be due later by the fake clock than it would be on time.
    for (; !isSo(); await new Promise(setImmediate)) await os.clock.advance(10);
  };
  const within = async <Value>(ms: number, promise: Promise<Value>): Promise<Value> => {
    let isPending = true;
    const end = (): void => {
      isPending = false;
    };
    promise.then(end, end);
    await os.clock.advance(ms);
    // Files are real, and take real time; what comes after them may need more of the fake one.
    for (; isPending; await new Promise(setImmediate)) await os.clock.advance(10);
    return await promise;
  };
  return {
    os,
    manager,
    told,
    ready,
    directory: dir.path,
    program: (name, program) => os.setProgram(name, program),
    process: (name) => required(manager.getProcessByName(name), name),
    runs,
    starts: () => runs().map(({ request }) => request.env["DROVER_NAME"] ?? ""),
    write,
    remove: (name) => rmSync(join(dir.path, `${name}.json`)),
    within,
    until,
    [Symbol.asyncDispose]: async () => {
      await within(closeMs, manager.close());
      dir[Symbol.dispose]();
    },
  };
}

function required(process: Process | undefined, name: string): Process {
  if (process === undefined) throw new Error(`there is no process ${name}`);
  return process;
}
