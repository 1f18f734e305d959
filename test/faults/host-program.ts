import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { hasEnvironment, readTable } from "../../src/os/node/procfs/table.js";

const entry = new URL("../../dist/index.js", import.meta.url).href;

/** A host program of its own, to be ended in every way there is. */
export interface HostProgram {
  readonly child: ChildProcess;
  /** Resolves with the next line it prints; rejects when it ends before. */
  line(): Promise<string>;
  /** Exit code or signal, once it has ended. */
  readonly ended: Promise<number | string>;
}

export interface HostOptions {
  readonly cwd?: string;
  readonly stdin?: "ignore" | "pipe";
  /** A command that becomes the program it is given, such as prlimit(1) or setpriv(1). */
  readonly through?: readonly string[];
}

/** Runs a host program; `createProcessManager` is imported for it. */
export function startHost(body: string, options: HostOptions = {}): HostProgram {
  const program = `import { createProcessManager } from ${JSON.stringify(entry)};\n${body}`;
  const { cwd = "/", stdin = "ignore", through = [] } = options;
  const [file = process.execPath, ...args] = [...through, process.execPath];
  const child = spawn(file, [...args, "--input-type=module", "-e", program], {
    cwd,
    stdio: [stdin, "pipe", "pipe"],
  });
  const errors: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`the host program ended: ${errors.join("")}`);
    return next.value;
  };
  return { child, line, ended };
}

/** Living processes with this variable in the environment they were started with. */
export async function carriersOf(name: string, value: string): Promise<number[]> {
  const table = await readTable();
  return table.filter(({ pid, alive }) => alive && hasEnvironment(pid, name, value)).map(({ pid }) => pid);
}
