import { readdirSync, readFileSync } from "node:fs";

/** Environment variable that marks everything a run of the benchmarks starts. */
export const marker = "DROVER_BENCH_RUN";

/** Kills every process that was started with the marker set to `token`, until there is none; returns how many. */
export function endMarked(token: string): number {
  for (let ended = 0; ; ) {
    const pids = markedPids(`${marker}=${token}`);
    if (pids.length === 0) return ended;
    ended += pids.length;
    for (const pid of pids) kill(pid);
  }
}

/** A zombie has an empty environment, and so does a process of another user: neither is found. */
function markedPids(variable: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(variable));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
