import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "../repo/run.js";
import type { ComposeSet } from "./compose-set.js";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A line of `drover up --json`. */
export interface Change {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly exit: {
    readonly code?: number;
    readonly signal?: string;
    readonly cause: string;
    readonly at: string;
  } | null;
  readonly lastError: { readonly code: string; readonly message: string } | null;
  readonly at: string;
}

/** What is used here of a process in `drover list --json`. */
export interface Listed {
  readonly name: string;
  readonly ready: boolean;
  readonly startTime: string;
}

export interface UpProgram extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly changes: readonly Change[];
  /** What it has said beside the changes; at the end also what its processes have complained of. */
  readonly errors: readonly string[];
  /** Exit code and signal, once it has ended and said everything. */
  readonly ended: Promise<unknown[]>;
  /** `drover list` from beside it. */
  list(): Promise<readonly Listed[]>;
}

/** `drover up` of a set, which is ended with the block in any case. */
export function startUp({ dir, templateDir, stateDir }: ComposeSet): UpProgram {
  const args = [cli, "up", "--json", "--template-dir", templateDir, "--state-dir", stateDir];
  const child = spawn(process.execPath, args, { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const [changes, errors]: [Change[], string[]] = [[], []];
  createInterface({ input: child.stdout }).on("line", (line) => changes.push(JSON.parse(line) as Change));
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const dispose = async (): Promise<void> => {
    child.kill("SIGINT");
    await ended;
    errors.push(...readErrors(join(stateDir, "logs")));
  };
  const list = async (): Promise<readonly Listed[]> => {
    const { stdout, stderr } = await run(process.execPath, [cli, "list", "--json", "--state-dir", stateDir]);
    if (stderr !== "") throw new Error(stderr);
    return (JSON.parse(stdout) as { processes: readonly Listed[] }).processes;
  };
  return { child, changes, errors, ended, list, [Symbol.asyncDispose]: dispose };
}

function readErrors(logDir: string): readonly string[] {
  if (!existsSync(logDir)) return [];
  const files = readdirSync(logDir).filter((file) => file.endsWith(".err.log"));
  return files.map((file) => `${file}:\n${readFileSync(join(logDir, file), "utf8")}`);
}
