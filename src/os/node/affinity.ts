import { execFile } from "node:child_process";
import { ProcessError } from "../../errors.js";

export type CpuSet = { readonly mask: string } | { readonly list: string };

const toolTimeoutMs = 5000;

/** Pins all threads of a process to CPUs with `taskset`, taskset(1): Node has no sched_setaffinity(2) of its own. */
export async function setAffinity(pid: number, cpus: CpuSet): Promise<void> {
  const args = "mask" in cpus ? ["-a", "-p", cpus.mask, String(pid)] : ["-a", "-c", "-p", cpus.list, String(pid)];
  const failure = await runTool("taskset", args);
  if (failure === undefined) return;
  if (failure.code === "ENOENT") {
    const text = "affinity needs the program taskset (package util-linux), which is not on PATH";
    throw new ProcessError("UNSUPPORTED", text, { cause: failure });
  }
  const wanted = "mask" in cpus ? `mask ${cpus.mask}` : `list ${cpus.list}`;
  throw new ProcessError("SPAWN_FAILED", `affinity ${wanted} was refused: ${failure.message}`, { cause: failure });
}

interface ToolFailure {
  readonly code: string | number | null | undefined;
  readonly message: string;
}

function runTool(file: string, args: readonly string[]): Promise<ToolFailure | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: "C" };
    execFile(file, [...args], { timeout: toolTimeoutMs, env }, (error, _stdout, stderr) => {
      if (error === null) resolve(undefined);
      else resolve({ code: error.code, message: stderr.trim() === "" ? error.message : stderr.trim() });
    });
  });
}
