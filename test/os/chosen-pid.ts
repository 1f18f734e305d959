import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";

const lastPidFile = "/proc/sys/kernel/ns_last_pid";

/** Whether the next PID can be chosen here: it takes root, or CAP_CHECKPOINT_RESTORE, see pid_namespaces(7). */
export function canChoosePids(): boolean {
  try {
    writeFileSync(lastPidFile, readFileSync(lastPidFile));
    return true;
  } catch {
    return false;
  }
}

/** Starts `sleep` under a PID that is free; others start processes too, so the number may take some tries to hit. */
export async function spawnWithPid(pid: number): Promise<ChildProcess> {
  for (let attempt = 0; attempt < 500; attempt++) {
    writeFileSync(lastPidFile, String(pid - 1));
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    if (child.pid === pid) return child;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  throw new Error(`PID ${pid} could not be had in 500 tries`);
}
