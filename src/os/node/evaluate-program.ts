import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

/** What a program of JavaScript exports, as data, or why that cannot be told. */
export type Evaluated = { readonly value: unknown } | { readonly problem: string };

const evaluationTimeoutMs = 10_000;
/** As long as a file of data may be. */
const longestText = 1024 * 1024;

/** What is run in the child. The answer goes over the channel of Node, so that what the program prints is not taken for it. */
const script = `
const tell = (answer) => process.send(answer, () => process.exit(0));
const describe = (error) => error instanceof Error ? error.message : String(error);
try {
  const exported = await import(process.argv[1]);
  const own = exported.default ?? exported;
  const value = own?.__esModule === true && own.default !== undefined ? own.default : own;
  const text = JSON.stringify(value);
  if (text === undefined) tell({ problem: "exports a " + typeof value + "; expected an object" });
  else if (text.length > ${longestText}) tell({ problem: "exports more than 1 MiB of data" });
  else tell({ text });
} catch (error) {
  if (error?.code === "ERR_ACCESS_DENIED") tell({ denied: error.permission, resource: error.resource });
  else tell({ problem: "fails: " + describe(error) });
}
`;

/** Should this process be killed meanwhile, nobody is left to end a loop but the kernel, setrlimit(2). */
const shell = 'ulimit -t 20; exec "$0" "$@"';

interface Answer {
  readonly text?: string;
  readonly problem?: string;
  readonly denied?: string;
  readonly resource?: string;
}

/**
 * Runs a module of JavaScript in a process of its own and gives what it exports, as JSON has it: functions are left out. By Node's
 * permission model it may read files, but neither write any nor start programs, threads or native addons, and from Node 25 on not use
 * the network; it keeps honest programs from doing harm, and is no prison for others. Ends it after a time. Never rejects.
 */
export function evaluateProgram(path: string, timeoutMs = evaluationTimeoutMs): Promise<Evaluated> {
  const permission = permissionFlag();
  if (permission === undefined)
    return Promise.resolve({ problem: "cannot be evaluated: this Node has no permissions" });
  const flags = [permission, "--allow-fs-read=*", "--no-warnings", "--input-type=module"];
  const { NODE_OPTIONS: _unused, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(
      "/bin/sh",
      ["-c", shell, process.execPath, ...flags, "--eval", script, pathToFileURL(path).href],
      {
        env,
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      },
    );
    let answer: Answer | undefined;
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = `${complaint}${text}`.slice(-4000);
    });
    child.on("message", (message) => {
      answer ??= message as Answer;
    });
    child.on("error", ({ message }) => resolve({ problem: `cannot be evaluated: ${message}` }));
    child.on("close", (code, signal) => {
      const late = { problem: `had not ended after ${timeoutMs / 1000} s` };
      resolve(readAnswer(answer ?? (signal === "SIGKILL" ? late : { problem: describeEnd(code, signal, complaint) })));
    });
  });
}

/** Its name changed when it was no longer an experiment. */
function permissionFlag(): string | undefined {
  const flags = ["--permission", "--experimental-permission"];
  return flags.find((flag) => process.allowedNodeEnvironmentFlags.has(flag));
}

function readAnswer({ text, problem, denied, resource }: Answer): Evaluated {
  if (text !== undefined) return { value: JSON.parse(text) as unknown };
  return { problem: denied === undefined ? (problem ?? "exports nothing") : describeDenial(denied, resource) };
}

const wishes: Readonly<Record<string, string>> = {
  FileSystemWrite: "write to",
  ChildProcess: "start a program",
  WorkerThreads: "start a thread",
  Addon: "load a native addon",
  Net: "use the network",
};

function describeDenial(permission: string, resource = ""): string {
  // Of a program some versions of Node tell the path, others nothing.
  const what = permission === "FileSystemWrite" ? ` ${resource}` : "";
  const wish = `${wishes[permission] ?? `use ${permission}`}${what}`;
  return `wants to ${wish}, and may only read: write what it makes into a file of data`;
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null, complaint: string): string {
  const error = complaint.split("\n").find((line) => /^\w*Error\b/.test(line));
  return error === undefined ? `ended with ${signal ?? code} before it had exported anything` : `fails: ${error}`;
}
