import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { TableEntry } from "../../members.js";
import { isAlive } from "../../os-state.js";
import { parseStat, type Stat } from "./stat.js";

/** A row of the process table as /proc tells it. */
export interface ProcfsEntry extends TableEntry {
  readonly stat: Stat;
  /** When it was read, on the clock of `performance.now()`. */
  readonly readAtMs: number;
  /** Whether its environment was asked for while it was on its way into another program. */
  readonly isBetweenPrograms: boolean;
}

/** Whether a row has its whole stat record. */
export function isProcfsEntry(entry: TableEntry): entry is ProcfsEntry {
  return "stat" in entry;
}

/** Rows read before the event loop gets a turn: about 1 ms of work. */
const sliceLength = 32;

/**
 * Waits for a process that is on its way into another program, execve(2): the old one is gone then, and of the new one the kernel shows
 * neither arguments nor environment until it is laid out. That takes a fraction of a millisecond, and on a busy machine a turn on the CPU.
 */
const programWaitsMs = [1, 2, 4, 8, 16, 32, 64];

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
  return await afterPrograms(entries, sinceTicks);
}

/** The same rows, those anew that were read between two programs: nothing else may tell whose they are. */
async function afterPrograms(entries: readonly ProcfsEntry[], sinceTicks: number): Promise<readonly ProcfsEntry[]> {
  return await lookAgain(
    entries,
    (rows) => rows.some(({ isBetweenPrograms }) => isBetweenPrograms),
    (rows) => rows.flatMap((row) => (row.isBetweenPrograms ? (readEntry(row.pid, sinceTicks) ?? []) : [row])),
  );
}

/** What is seen when nothing of it is on its way into another program any more, or after all waits. */
async function lookAgain<T>(seen: T, isOnItsWay: (seen: T) => boolean, look: (seen: T) => T): Promise<T> {
  let last = seen;
  for (const waitMs of programWaitsMs) {
    if (!isOnItsWay(last)) break;
    await delay(waitMs);
    last = look(last);
  }
  return last;
}

const unasked: ShownEnvironment = { environment: undefined, isBetweenPrograms: false };

/** One row; undefined when the process is gone. */
export function readEntry(pid: number | string, runIdSinceTicks = Number.POSITIVE_INFINITY): ProcfsEntry | undefined {
  const stat = readStat(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const { parentPid, processGroup, session, startTicks } = stat;
  const alive = isAlive(stat.state);
  const isAsked = alive && startTicks >= runIdSinceTicks;
  const { environment, isBetweenPrograms } = isAsked ? readShownEnvironment(stat) : unasked;
  return {
    pid: stat.pid,
    parentPid,
    processGroup,
    session,
    startTicks,
    alive,
    runId: valueIn(environment, "DROVER_ID"),
    stat,
    readAtMs: performance.now(),
    isBetweenPrograms,
  };
}

/** What a process shows of the environment it was started with. */
interface ShownEnvironment {
  /** Undefined for another user's process, and for one that has ended. */
  readonly environment: readonly string[] | undefined;
  /** Whether it shows no arguments either, as otherwise only kernel threads do: it is on its way into another program. */
  readonly isBetweenPrograms: boolean;
}

/** Arguments that show where there was no environment a moment ago: it has arrived, and has one now, or there is none. */
const mostArrivals = 3;

function readShownEnvironment({ pid, isKernelThread }: Stat): ShownEnvironment {
  let environment = readEnvironment(pid);
  for (let arrival = 0; arrival < mostArrivals && isBlank(environment) && !isKernelThread; arrival++) {
    if (readCommandLine(pid).length === 0) return { environment, isBetweenPrograms: true };
    environment = readEnvironment(pid);
  }
  return { environment, isBetweenPrograms: false };
}

function isBlank(environment: readonly string[] | undefined): boolean {
  return environment?.length === 1 && environment[0] === "";
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
export async function readVariables(pid: number, names: readonly string[]): Promise<readonly (string | undefined)[]> {
  const { environment } = await lookAgain(
    lookAt(pid),
    ({ isBetweenPrograms }) => isBetweenPrograms,
    () => lookAt(pid),
  );
  return names.map((name) => valueIn(environment, name));
}

function lookAt(pid: number): ShownEnvironment {
  const stat = readStat(`/proc/${pid}/stat`);
  return stat !== undefined && isAlive(stat.state) ? readShownEnvironment(stat) : unasked;
}

function valueIn(environment: readonly string[] | undefined, name: string): string | undefined {
  return environment?.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
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
