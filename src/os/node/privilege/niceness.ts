import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { ProcessError } from "../../../errors.js";
import type { AttachedChild, SpawnRequest } from "../../os.js";

/** Bit of CAP_SYS_NICE, capabilities(7). */
const capSysNice = 23n;

/** Throws NOT_PERMITTED when this program may not give the process the priority asked for. */
export function requireNiceness({ file, nice, runAs }: SpawnRequest): void {
  if (nice === undefined || maySetPriorities()) return;
  const reason = refusalOf(nice, runAs?.user !== undefined);
  if (reason !== undefined) throw new ProcessError("NOT_PERMITTED", `cannot start ${JSON.stringify(file)}: ${reason}`);
}

function refusalOf(nice: number, changesUser: boolean): string | undefined {
  // Container engines drop this capability, and then root may not touch the priority of another user's process.
  if (changesUser) return `nice ${nice} with runAs needs CAP_SYS_NICE: grant it or remove nice`;
  const current = getPriority();
  if (nice >= Math.min(current, lowestNice())) return undefined;
  const needed = "run the manager as root, or raise RLIMIT_NICE (`ulimit -e`)";
  return `nice ${nice} is below the ${current} of this program, which needs permission: ${needed}, or choose a higher value`;
}

/** Whether this program may give any process any priority. */
function maySetPriorities(): boolean {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText("/proc/self/status")) ?? [];
  if (effective === undefined) return process.geteuid?.() === 0;
  return ((BigInt(`0x${effective}`) >> capSysNice) & 1n) === 1n;
}

/** The lowest value the limits allow without permission: 20 - RLIMIT_NICE, getrlimit(2). */
function lowestNice(): number {
  const [, soft] = /^Max nice priority\s+(\d+|unlimited)/m.exec(readText("/proc/self/limits")) ?? ["", "0"];
  return 20 - Math.min(40, soft === "unlimited" ? 40 : Number(soft));
}

/**
 * Gives a process that was started this very turn its priority. On Linux each thread has its own, setpriority(2): those
 * that are there are told, and later ones inherit it.
 */
export function applyNiceness(pid: number, nice: number): void {
  setQuietly(pid, nice);
  for (const thread of threadsOf(pid)) setQuietly(thread, nice);
}

/** Tells children that were forked before their parent got its priority, until there are none. */
export async function reachEarlyChildren(child: AttachedChild, nice: number): Promise<void> {
  const inherited = getPriority();
  for (let look = 0; look < maxLooks && inherited !== nice; look++) {
    const members = await child.survivors().catch(() => []);
    const early = members.filter(({ pid }) => priorityOf(pid) === inherited);
    if (early.length === 0) return;
    for (const { pid } of early) applyNiceness(pid, nice);
  }
}

const maxLooks = 3;

function setQuietly(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
  } catch (error) {
    // It has ended already.
    const { info, code } = error as NodeJS.ErrnoException & { info?: { code?: string } };
    if (info?.code === "ESRCH" || code === "ESRCH") return;
    const text = `nice ${nice} was refused for process ${pid}: ${error instanceof Error ? error.message : String(error)}`;
    throw new ProcessError("NOT_PERMITTED", text, { cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function threadsOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

function priorityOf(pid: number): number | undefined {
  try {
    return getPriority(pid);
  } catch {
    return undefined;
  }
}
