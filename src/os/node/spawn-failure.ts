import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ProcessError } from "../../errors.js";
import type { SpawnRequest } from "../os.js";

/** Errors that may pass by themselves: too many processes or open files, no memory, spawn tried again later. */
const shortages: ReadonlySet<string> = new Set(["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"]);

/** Whether trying again a little later can help. */
export function isShortage(error: unknown): boolean {
  return shortages.has(codeOf(error));
}

/** A spawn error as SPAWN_FAILED, told apart by what is really wrong: execve(2) gives ENOENT for five causes. */
export function spawnFailure(request: SpawnRequest, error: unknown): ProcessError {
  if (error instanceof ProcessError) return error;
  if (codeOf(error) === "EPERM" && request.runAs !== undefined) {
    const text = `cannot start ${quote(request.file)}: runAs needs CAP_SETUID and CAP_SETGID, which this program lacks`;
    return new ProcessError("NOT_PERMITTED", text, { cause: error });
  }
  const reason = explain(request, codeOf(error)) ?? messageOf(error);
  return new ProcessError("SPAWN_FAILED", `cannot start ${quote(request.file)}: ${reason}`, { cause: error });
}

function explain(request: SpawnRequest, code: string): string | undefined {
  if (code === "E2BIG") return explainSize(request);
  if (code === "EAGAIN") return "the limit on processes is reached (EAGAIN); see `ulimit -u`";
  if (code === "EMFILE" || code === "ENFILE") return `the limit on open files is reached (${code}); see \`ulimit -n\``;
  if (code === "ENOMEM") return "the machine has no memory left for a new process (ENOMEM)";
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") {
    return explainDirectory(request.cwd) ?? explainProgram(request, code);
  }
  return undefined;
}

function explainSize({ args, env }: SpawnRequest): string {
  const argumentBytes = args.reduce((total, word) => total + Buffer.byteLength(word) + 1, 0);
  const environmentBytes = Object.entries(env).reduce(
    (total, pair) => total + Buffer.byteLength(pair.join("=")) + 1,
    0,
  );
  return `arguments (${argumentBytes} bytes) and environment (${environmentBytes} bytes) are too large (E2BIG); pass large values in a file`;
}

function explainDirectory(cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return `working directory ${quote(cwd)} is not a directory`;
    accessSync(cwd, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return `working directory ${quote(cwd)} does not exist`;
    return `working directory ${quote(cwd)} cannot be entered (${code})`;
  }
}

/** Why a program cannot be started, as far as its files show. */
export function explainProgram(request: SpawnRequest, code: string): string | undefined {
  const found = findProgram(request);
  if (found === undefined) {
    if (request.file.includes("/")) return `no such file (${code}); relative paths start at ${quote(request.cwd)}`;
    return `no such program on PATH (${request.env["PATH"] ?? "not set"})`;
  }
  if (statSync(found).isDirectory()) return `${quote(found)} is a directory`;
  if (!isExecutable(found)) return `${quote(found)} is not executable; run \`chmod +x\` on it or name its interpreter`;
  const interpreter = interpreterOf(found);
  if (interpreter !== undefined) return `its first line names the interpreter ${quote(interpreter)}, which is missing`;
  if (code !== "EACCES" || request.runAs?.user === undefined) return undefined;
  return `user ${quote(request.runAs.user)} may not execute ${quote(found)} (EACCES)`;
}

/** The first file of that name on the PATH of the request. */
export function findProgram({ file, cwd, env }: SpawnRequest): string | undefined {
  const places = file.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter);
  const paths = places.map((place) =>
    file.startsWith("/") ? file : join(place.startsWith("/") ? "" : cwd, place, file),
  );
  return paths.find(exists);
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The missing interpreter of a `#!` line, execve(2); undefined when there is none or it is there. */
function interpreterOf(path: string): string | undefined {
  const head = Buffer.alloc(256);
  try {
    const descriptor = openSync(path, "r");
    try {
      readSync(descriptor, head);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  const [, interpreter] = /^#!\s*(\S+)/.exec(head.toString("latin1")) ?? [];
  return interpreter === undefined || exists(interpreter) ? undefined : interpreter;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? "");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
