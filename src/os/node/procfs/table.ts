import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { TableEntry } from "../../members.js";
import { isAlive } from "../../os-state.js";
import { parseStat, type Stat } from "./stat.js";

/** A row of the process table as /proc tells it. */
export interface ProcfsEntry extends TableEntry {
  readonly stat: Stat;
  /** When it was read, on the clock of `performance.now()`. */
  readonly readAtMs: number;
}

/** Whether a row has its whole stat record. */
export function isProcfsEntry(entry: TableEntry): entry is ProcfsEntry {
  return "stat" in entry;
}

/** Rows read before the event loop gets a turn: about 1 ms of work. */
const sliceLength = 32;

/**
 * Reads the whole process table in slices. Processes that end meanwhile are left out. The environment, which costs as much as all
 * else, is read of those that started at `sinceTicks` or later.
 */
export async function readTable(sinceTicks = 0): Promise<readonly ProcfsEntry[]> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const entries: ProcfsEntry[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % sliceLength === sliceLength - 1) await nextTurn();
    const entry = readEntry(pid, sinceTicks);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** One row; undefined when the process is gone. */
export function readEntry(pid: number | string, runIdSinceTicks = Number.POSITIVE_INFINITY): ProcfsEntry | undefined {
  const stat = readStat(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const { parentPid, processGroup, session, startTicks } = stat;
  const alive = isAlive(stat.state);
  const runId = alive && startTicks >= runIdSinceTicks ? readVariables(stat.pid, ["DROVER_ID"])[0] : undefined;
  return {
    pid: stat.pid,
    parentPid,
    processGroup,
    session,
    startTicks,
    alive,
    runId,
    stat,
    readAtMs: performance.now(),
  };
}

function readStat(path: string): Stat | undefined {
  try {
    // Node reads a text in UTF-8 in one call, twice as fast as any other. A name may hold any byte: what is no UTF-8 is replaced, and
    // nothing that follows is taken for a part of it. Only ASCII fields are used.
    return parseStat(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Pages of memory a process has; undefined when it is gone. Not those of its stat record, proc_pid_stat(5): the kernel counts them for each CPU and
 * adds them up in batches, so that a small process has none there, and one on a machine of many CPUs is told wrong by megabytes.
 */
export function readResidentPages(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Whether a process has `name=value` in the environment it was started with, proc_pid_environ(5). */
export function hasEnvironment(pid: number, name: string, value: string): boolean {
  return readEnvironment(pid)?.includes(`${name}=${value}`) === true;
}

/** Variables a process was started with, in one reading; undefined where it has none of that name, or cannot be read. */
export function readVariables(pid: number, names: readonly string[]): readonly (string | undefined)[] {
  const environment = readEnvironment(pid);
  return names.map((name) => environment?.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1));
}

/** The environment a process was started with; undefined for another user's process, and for one that has ended. */
export function readEnvironment(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    return undefined;
  }
}

/** Program and arguments of a process, proc_pid_cmdline(5); empty for zombies and kernel threads. */
export function readCommandLine(pid: number): readonly string[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    if (words.at(-1) === "") words.pop();
    return words;
  } catch {
    return [];
  }
}
