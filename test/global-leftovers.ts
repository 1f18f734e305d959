import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** What a run must not leave behind. */
export interface Leftovers {
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  /** Entries of the run's temporary directory. */
  readonly entries: readonly string[];
}

export interface Run {
  /** Value of `DROVER_TEST_RUN` that every process of the run inherits. */
  readonly token: string;
  /** The run's own temporary directory. */
  readonly dir: string;
  /** PID of the test runner: its own workers, which inherit the token, too, are not leftovers. */
  readonly host: number;
}

/** Looks until nothing is left, at most five seconds: a killed process and a worker need a moment to be gone. */
export async function findLeftovers(run: Run): Promise<Leftovers> {
  for (let attempt = 0; ; attempt++) {
    const found = { processes: markedProcesses(run), entries: testEntries(run.dir) };
    if (attempt === 50 || found.processes.length + found.entries.length === 0) return found;
    await delay(100);
  }
}

/** One line for each thing left, as printed at the end of a run. */
export function describeLeftovers({ processes, entries }: Leftovers): string {
  return [
    "The tests left something behind:",
    ...processes.map(({ pid, command }) => `  process ${pid}: ${command}`),
    ...entries.map((entry) => `  temporary directory: ${entry}`),
  ].join("\n");
}

/** Ends what is left. Their environment or directory proves that this run started them. */
export function stopLeftovers({ processes }: Leftovers): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}

function testEntries(dir: string): string[] {
  return readdirSync(dir).filter((name) => name.startsWith("drover-test-"));
}

function markedProcesses(run: Run): Leftovers["processes"] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== run.host && isMarked(pid, run) && !isWorker(pid, run.host))
    .map((pid) => ({ pid, command: read(pid, "cmdline").replaceAll("\0", " ").trim() }));
}

/** Started by the run: it inherited the token, or, when its environment was emptied, works in the run's directory. */
function isMarked(pid: number, { token, dir }: Run): boolean {
  const isInside = cwdOf(pid).startsWith(`${dir}/`);
  return isInside || read(pid, "environ").split("\0").includes(`DROVER_TEST_RUN=${token}`);
}

function isWorker(pid: number, host: number): boolean {
  return read(pid, "status").includes(`\nPPid:\t${host}\n`) && read(pid, "cmdline").includes("vitest");
}

/** A file of `/proc/PID`, empty when the process is gone or not ours to read. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function cwdOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
