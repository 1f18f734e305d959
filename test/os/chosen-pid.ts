import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

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

/**
 * Starts `sleep` under a PID that is free. Undefined when somebody else on this machine has got that number: then the
 * whole scene has to be set again with another one.
 */
export async function spawnWithPid(pid: number): Promise<ChildProcess | undefined> {
  for (let attempt = 0; attempt < 200 && !existsSync(`/proc/${pid}`); attempt++) {
    const before = readFileSync(lastPidFile);
    writeFileSync(lastPidFile, String(pid - 1));
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    // Others go on counting where they were, and do not come upon the number by themselves.
    writeFileSync(lastPidFile, before);
    if (child.pid === pid) return child;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  return undefined;
}

/** Plays a scene until it could get the PID it needs; it gives false when it could not. */
export async function playUntilPidWasHad(scene: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) if (await scene()) return;
  throw new Error("somebody else on this machine took the PID in each of 20 scenes");
}
