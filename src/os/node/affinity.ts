import { ProcessError } from "../../errors.js";
import { runTool } from "./run-tool.js";

export type CpuSet = { readonly mask: string } | { readonly list: string };

/** Pins all threads of a process to CPUs with `taskset`, taskset(1): Node has no sched_setaffinity(2) of its own. */
export async function setAffinity(pid: number, cpus: CpuSet): Promise<void> {
  const args = "mask" in cpus ? ["-a", "-p", cpus.mask, String(pid)] : ["-a", "-c", "-p", cpus.list, String(pid)];
  const outcome = await runTool("taskset", args);
  if (outcome.ok) return;
  if (outcome.code === "ENOENT") {
    const text = "affinity needs the program taskset (package util-linux), which is not on PATH";
    throw new ProcessError("UNSUPPORTED", text);
  }
  const wanted = "mask" in cpus ? `mask ${cpus.mask}` : `list ${cpus.list}`;
  throw new ProcessError("SPAWN_FAILED", `affinity ${wanted} was refused: ${outcome.message}`);
}
