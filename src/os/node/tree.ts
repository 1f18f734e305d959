import { CpuMeter } from "../cpu-meter.js";
import { memberKey, type TableEntry } from "../members.js";
import type { Survivor, Usage } from "../os.js";
import type { Signal } from "../signal.js";
import type { Inspector, Member } from "./inspector.js";

export interface TreeOptions {
  readonly root: Member;
  /** Whether the root leads a process group of its own. */
  readonly leadsGroup: boolean;
  /** Value of DROVER_ID the tree was started with; undefined for a process we did not start. */
  readonly runId: string | undefined;
  /** Whether this host has started the root. */
  readonly isOwn: boolean;
  /** Whether the root's PID is certainly still the root's, asked at the last moment. */
  readonly isRootHeld: () => boolean;
}

/** A process with everything it started, as far as the process table shows it. */
export class ProcessTree {
  readonly #inspector: Inspector;
  readonly #options: TreeOptions;
  #proven: ReadonlySet<string> = new Set();
  #atRootEnd: Promise<void> = Promise.resolve();
  /** When the group was known to be ours last, on the clock of `performance.now()`. */
  #groupKnownMs = Number.NEGATIVE_INFINITY;
  readonly #cpu = new CpuMeter();

  constructor(inspector: Inspector, options: TreeOptions) {
    this.#inspector = inspector;
    this.#options = options;
  }

  /**
   * Told in the turn in which the end of the root is noticed: whatever is in its group now is ours, whether it carries
   * our DROVER_ID or has wiped its environment, and is remembered.
   */
  noticeRootEnd(): void {
    const { isOwn, leadsGroup, root } = this.#options;
    // The end of somebody else's process is noticed late: its number may be another group's by now.
    if (!isOwn || !leadsGroup || !groupExists(root.pid)) return;
    this.#groupKnownMs = performance.now();
    this.#atRootEnd = this.#look().then(
      () => undefined,
      () => undefined,
    );
  }

  async survivors(): Promise<readonly Survivor[]> {
    const { members, isGroupHidden } = await this.#members();
    const listed = members.map(({ pid, startTicks }) => {
      return { pid, startTicks, command: this.#inspector.commandLine(pid).join(" ") };
    });
    if (listed.length > 0 || !isGroupHidden) return listed;
    const { pid, startTicks } = this.#options.root;
    return [{ pid, startTicks, command: "(its process group, whose members fork faster than they can be listed)" }];
  }

  /**
   * Signals every member. A group that is certainly ours is signalled in one call, which no fork can slip through; the
   * others, and a group that may be somebody else's by now, one by one through their identities.
   */
  async signal(signals: readonly Signal[]): Promise<void> {
    const { members } = await this.#members();
    for (const signal of signals) this.#signalMembers(members, signal);
  }

  #signalMembers(members: readonly TableEntry[], signal: Signal): void {
    const { root } = this.#options;
    const asGroup = this.#isGroupOurs() && signalGroup(root.pid, signal);
    for (const member of members) {
      if (asGroup && member.processGroup === root.pid) continue;
      this.#inspector.signalMember(member, signal);
    }
  }

  async usage(uptimeMs: number, countFiles: boolean): Promise<Usage> {
    const measured = await this.#inspector.measure((await this.#members()).members, countFiles);
    const reading = {
      // The members are read at nearly the same moment, in the same order each time: the first stands for all.
      atMs: measured[0]?.atMs ?? performance.now(),
      cpuMs: new Map(measured.map((one) => [memberKey(one), one.cpuMs])),
    };
    return Object.freeze({
      cpuPercent: this.#cpu.add(reading, uptimeMs),
      memoryBytes: sum(measured, (one) => one.memoryBytes),
      threads: sumKnown(measured.map((one) => one.threads)),
      openFiles: sumKnown(measured.map((one) => one.openFiles)),
      processes: measured.length,
    });
  }

  async listensOn(socketPath: string): Promise<boolean | undefined> {
    return await this.#inspector.listensOn((await this.#members()).members, socketPath);
  }

  /** A look at the table is not atomic: a chain of processes that fork and exit may pass between its rows. */
  async #members(): Promise<Look> {
    await this.#atRootEnd;
    let look = await this.#look();
    for (let again = 0; again < maxLooks && look.isGroupHidden; again++) {
      const next = await this.#look();
      // The same zombies twice, and nothing else: an init that is slow to reap, and not a chain that leaves new ones.
      const isSettled = next.zombies !== "" && next.zombies === look.zombies;
      look = isSettled ? { ...next, isGroupHidden: false } : next;
    }
    return look;
  }

  async #look(): Promise<Look> {
    const { root, leadsGroup, runId, isOwn } = this.#options;
    const isGroupProven = this.#isGroupOurs();
    const { toleranceTicks } = this.#inspector;
    const table = await this.#inspector.table(root.startTicks - toleranceTicks);
    const facts = { leadsGroup, isGroupProven, runId, isOwn, toleranceTicks, proven: this.#proven };
    const rootFacts = { rootPid: root.pid, rootStartTicks: root.startTicks, hostPid: process.pid };
    const members = table.membersOf({ ...facts, ...rootFacts });
    this.#proven = new Set(members.map(memberKey));
    const isInGroup = leadsGroup && members.some(({ processGroup }) => processGroup === root.pid);
    const isStillThere = isGroupProven && groupExists(root.pid);
    if (isInGroup || isStillThere) this.#groupKnownMs = performance.now();
    const zombies = table.zombiesOf(root.pid).map(memberKey).join();
    return { members, zombies, isGroupHidden: isStillThere && this.#inspector.seesGroups && !isInGroup };
  }

  /**
   * While the root is unreaped it pins the number of its group. Afterwards its members do: a group that was known to be
   * ours a moment ago, and exists, is still ours, for a number comes round again only after all others were given out.
   */
  #isGroupOurs(): boolean {
    const { root, leadsGroup, isRootHeld } = this.#options;
    if (!leadsGroup) return false;
    if (isRootHeld()) return true;
    return performance.now() - this.#groupKnownMs < groupMemoryMs && groupExists(root.pid);
  }
}

/** What one look at the process table has shown of a tree. */
interface Look {
  readonly members: readonly TableEntry[];
  /** Whether the group exists, though the table showed nothing living in it. */
  readonly isGroupHidden: boolean;
  /** The zombies in the group, as one text. */
  readonly zombies: string;
}

const maxLooks = 5;
/** Far below the time in which PIDs come round: over a second even where there are only 32768 of them. */
const groupMemoryMs = 250;

/** Whether a process group has a member, zombies included, kill(2). */
function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** False when the group has no member left, kill(2). */
function signalGroup(group: number, signal: Signal): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

/** Undefined when one of the amounts is: a sum of some would be a lie. */
function sumKnown(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce(
    (total, amount) => (total === undefined || amount === undefined ? undefined : total + amount),
    0,
  );
}
