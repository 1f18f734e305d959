import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

/** What a program of JavaScript exports, as data, or why that cannot be told. */
export type Evaluated = { readonly value: unknown } | Failed;

export interface Failed {
  readonly problem: string;
  /** Where in the program, counted from 1, when that is told. */
  readonly line?: number;
  readonly column?: number;
}

const evaluationTimeoutMs = 10_000;
/** As long as a file of data may be. */
const longestText = 1024 * 1024;

/** The key of an object that stands for what JSON has no word for. */
const mark = "\u0000kind";

/** What is run in the child. The answer goes over the channel of Node, so that what the program prints is not taken for it. */
const script = String.raw`
import { fileURLToPath } from "node:url";
process.on("disconnect", () => process.exit(1));
const tell = (answer) => process.send(answer, () => process.exit(0));
const describe = (error) => (error instanceof Error ? error.message : String(error)).split("\n")[0];
const find = (error) => {
  const path = fileURLToPath(process.argv[1]);
  const lines = String(error?.stack).split("\n").map((line) => line.replace("file://", ""));
  const [, line, column] = lines.find((line) => line.includes(path + ":"))?.split(path).at(-1).match(/^:(\d+)(?::(\d+))?/) ?? [];
  return line === undefined ? {} : { line: Number(line), column: Number(column ?? 1) };
};
const replace = (key, value) => {
  const isData = typeof value === "number" ? Number.isFinite(value) : !["function", "symbol", "bigint"].includes(typeof value);
  return isData ? value : { [${JSON.stringify(mark)}]: typeof value, text: typeof value === "function" ? "" : String(value) };
};
try {
  const exported = await import(process.argv[1]);
  const own = await (exported.default ?? exported);
  const value = own?.__esModule === true && own.default !== undefined ? await own.default : own;
  const isObject = typeof value === "object";
  const text = isObject ? JSON.stringify(value, replace) : undefined;
  if (!isObject) tell({ problem: "exports a " + typeof value + "; expected an object" });
  else if (text.length > ${longestText}) tell({ problem: "exports more than 1 MiB of data" });
  else tell({ text });
} catch (error) {
  if (error?.code === "ERR_ACCESS_DENIED") tell({ denied: error.permission, resource: error.resource });
  else tell({ problem: "fails: " + describe(error), ...find(error) });
}
`;

/** Should this process be killed meanwhile, nobody is left to end a loop but the kernel, setrlimit(2). */
const shell = 'ulimit -t 20; exec "$0" "$@"';

/** What the child says. The program in it could say anything in its place. */
type Answer = Readonly<Record<string, unknown>>;

/**
 * Runs a module of JavaScript in a process of its own and gives what it exports, as data: a function stands for one. By Node's
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
      answer ??= isRecord(message) ? message : {};
    });
    child.on("error", ({ message }) => resolve({ problem: `cannot be evaluated: ${message}` }));
    child.on("close", (code, signal) => {
      const late = { problem: `had not ended after ${timeoutMs / 1000} s` };
      resolve(readAnswer(answer ?? (signal === "SIGKILL" ? late : { problem: describeEnd(code, signal, complaint) })));
    });
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Its name changed when it was no longer an experiment. */
function permissionFlag(): string | undefined {
  const flags = ["--permission", "--experimental-permission"];
  return flags.find((flag) => process.allowedNodeEnvironmentFlags.has(flag));
}

function readAnswer({ text, problem, denied, resource, line, column }: Answer): Evaluated {
  if (typeof text === "string") return readExported(text);
  if (typeof denied === "string") return { problem: describeDenial(denied, textOr(resource, "")) };
  const place = typeof line === "number" && typeof column === "number" ? { line, column } : {};
  return { problem: textOr(problem, "exports nothing"), ...place };
}

const textOr = (value: unknown, other: string): string => (typeof value === "string" ? value : other);

function readExported(text: string): Evaluated {
  try {
    return {
      value: JSON.parse(text, (_, value: unknown) => (isRecord(value) && mark in value ? revive(value) : value)),
    };
  } catch {
    return { problem: "answers in place of drover's own words; expected exports" };
  }
}

/** What JSON has no word for. Whoever reads a function in place of a text can say so. */
function revive({ [mark]: kind, text }: Readonly<Record<string, unknown>>): unknown {
  const number = Number(text);
  if (kind === "number") return number;
  if (kind === "bigint") return Number.isSafeInteger(number) ? number : text;
  return kind === "symbol" ? Symbol(textOr(text, "")) : () => undefined;
}

const wishes: Readonly<Record<string, string>> = {
  FileSystemWrite: "write to",
  ChildProcess: "start a program",
  WorkerThreads: "start a thread",
  Addon: "load a native addon",
  Net: "use the network",
};

function describeDenial(permission: string, resource: string): string {
  const known = Object.hasOwn(wishes, permission) ? wishes[permission] : undefined;
  // Of a program some versions of Node tell the path, others nothing.
  const what = permission === "FileSystemWrite" ? ` ${resource}` : "";
  const wish = `${known ?? `use ${permission}`}${what}`;
  return `wants to ${wish}, and may only read: write what it makes into a file of data`;
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null, complaint: string): string {
  const error = complaint.split("\n").find((line) => /^\w*Error\b/.test(line));
  return error === undefined ? `ended with ${signal ?? code} before it had exported anything` : `fails: ${error}`;
}
