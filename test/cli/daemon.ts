import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { type Client, createClientAt } from "../../src/api/client.js";
import type { ProcessInfo } from "../../src/api/process-info.js";
import { type Outcome, run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

export const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A directory to run `drover` in, with template files. */
export interface Place {
  readonly path: string;
  /** Runs a command to its end. */
  drover(...args: readonly string[]): Promise<Outcome>;
  /** Runs a command that must exit with 0; gives its standard output. */
  done(...args: readonly string[]): Promise<string>;
  /** Writes a template file. */
  write(template: { readonly name: string } & Record<string, unknown>): void;
  /** What the manager in the background has told. */
  log(): string;
}

export type Template = Parameters<Place["write"]>[0];

/** Makes a directory that is removed after the test, when everything in it has ended. */
export function place(...templates: readonly Template[]): Place {
  const dir = tempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  const templateDir = join(dir.path, "templates");
  mkdirSync(templateDir);
  const drover = async (...args: readonly string[]) => await run(process.execPath, [cli, ...args], { cwd: dir.path });
  const made: Place = {
    path: dir.path,
    drover,
    done: async (...args) => {
      const outcome = await drover(...args);
      expect(outcome, `drover ${args.join(" ")}`).toMatchObject({ status: 0, stderr: "" });
      return outcome.stdout;
    },
    write: (template) => writeFileSync(join(templateDir, `${template.name}.json`), JSON.stringify(template)),
    log: () => readFileSync(join(dir.path, ".drover/drover.log"), "utf8"),
  };
  for (const template of templates) made.write(template);
  return made;
}

/** A place with a manager in the background, which is ended after the test. */
export async function daemon(...templates: readonly Template[]): Promise<Place> {
  const made = place(...templates);
  await startDaemon(made);
  return made;
}

/** Starts a manager in the background, to be ended after the test; gives its PID. */
export async function startDaemon(made: Place, ...options: readonly string[]): Promise<number> {
  const outcome = await made.drover("up", "--detach", ...options);
  expect(outcome).toMatchObject({ status: 0, stderr: "" });
  const pid = Number(/pid (\d+)/.exec(outcome.stdout)?.[1]);
  onTestFinished(async () => {
    await clientOf(made)
      .shutdown()
      .catch(() => isAlive(pid) && process.kill(pid, "SIGTERM"));
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
  return pid;
}

/** A program that runs until it is told to end. */
export const sleeper = { command: "sleep", args: ["1000"] } as const;

/** A shell script as a process. */
export function shell(script: string): Pick<Template, "command" | "args"> {
  return { command: "sh", args: ["-c", script] };
}

/** Whether a process runs. An init that is slow to reap leaves zombies for a while: they do not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(existsSync("/proc/self/stat") ? readFileSync(`/proc/${pid}/stat`, "latin1") : "");
  } catch {
    return false;
  }
}

/** A `drover up` in the foreground. */
export interface Foreground {
  readonly child: ChildProcess;
  readonly output: readonly string[];
  readonly errors: readonly string[];
  readonly ended: Promise<unknown[]>;
}

/** Starts `drover up`, to be killed after the test if it runs on. */
export function foreground({ path }: Place, ...options: readonly string[]): Foreground {
  const child = spawn(process.execPath, [cli, "up", ...options], { cwd: path, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [output, errors]: [string[], string[]] = [[], []];
  createInterface({ input: child.stdout }).on("line", (line) => output.push(line));
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  return { child, output, errors, ended };
}

/** Asks the manager of a place directly, which is faster than a program for each question. */
export function clientOf({ path }: Place): Client {
  return createClientAt({ socketPath: join(path, ".drover/drover.sock") });
}

/** The processes of a place, by name. */
export async function listed(here: Place): Promise<ReadonlyMap<string, ProcessInfo>> {
  return new Map((await clientOf(here).list()).map((info) => [info.name, info]));
}
