import { memberKey, selectMembers, type TableEntry } from "../members.js";
import type { Survivor, Usage } from "../os.js";
import type { Signal } from "../signal.js";
import type { Inspector, Member } from "./inspector.js";

export interface TreeOptions {
  readonly root: Member;
  /** Whether the root leads a process group of its own. */
  readonly leadsGroup: boolean;
  /** Value of DROVER_ID the tree was started with; undefined for a process we did not start. */
  readonly marker: string | undefined;
}

/** CPU time of each member at one moment. */
interface Reading {
  readonly atMs: number;
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** CPU time is told in ticks of 10 ms, and there may be several readers: a shorter span would be mostly rounding. */
const shortestSpanMs = 500;

/** A process with everything it started, as far as the process table shows it. */
export class ProcessTree {
  readonly #inspector: Inspector;
  readonly #options: TreeOptions;
  readonly #proven = new Set<string>();
  /** Readings that CPU use is counted from, oldest first: one that is old enough, and the last one. */
  #readings: readonly Reading[] = [];

  constructor(inspector: Inspector, options: TreeOptions) {
    this.#inspector = inspector;
    this.#options = options;
  }

  async survivors(): Promise<readonly Survivor[]> {
    const members = await this.#members();
    return members.map(({ pid, startTicks }) => {
      return { pid, startTicks, command: this.#inspector.commandLine(pid).join(" ") };
    });
  }

  /**
   * Signals every member. While the unreaped root pins its number the group is signalled in one call, which no fork
   * can slip through; the others, and a group without its leader, one by one through their identities.
   */
  async signal(signals: readonly Signal[], isRootHeld: () => boolean): Promise<void> {
    const members = await this.#members();
    for (const signal of signals) this.#signalMembers(members, signal, isRootHeld);
  }

  #signalMembers(members: readonly TableEntry[], signal: Signal, isRootHeld: () => boolean): void {
    const { root, leadsGroup } = this.#options;
    const asGroup = leadsGroup && isRootHeld() && signalGroup(root.pid, signal);
    for (const member of members) {
      if (asGroup && member.processGroup === root.pid) continue;
      this.#inspector.signalMember(member, signal);
    }
  }

  async usage(uptimeMs: number): Promise<Usage> {
    const measured = await this.#inspector.measure(await this.#members());
    const reading: Reading = {
      atMs: performance.now(),
      cpuMs: new Map(measured.map((one) => [memberKey(one), one.cpuMs])),
    };
    const base = this.#readings.findLast(({ atMs }) => reading.atMs - atMs >= shortestSpanMs) ?? this.#readings[0];
    this.#readings = base === undefined ? [reading] : [base, reading];
    const elapsedMs = base === undefined ? uptimeMs : reading.atMs - base.atMs;
    const spentMs = sum(measured, (one) => one.cpuMs - (base?.cpuMs.get(memberKey(one)) ?? 0));
    return Object.freeze({
      cpuPercent: elapsedMs > 0 ? Math.max(0, (spentMs / elapsedMs) * 100) : 0,
      memoryBytes: sum(measured, (one) => one.memoryBytes),
      threads: sumKnown(measured.map((one) => one.threads)),
      openFiles: sumKnown(measured.map((one) => one.openFiles)),
      processes: measured.length,
    });
  }

  async #members(): Promise<readonly TableEntry[]> {
    const table = await this.#inspector.table();
    const { root, leadsGroup, marker } = this.#options;
    const members = selectMembers(table, {
      rootPid: root.pid,
      rootStartTicks: root.startTicks,
      toleranceTicks: this.#inspector.toleranceTicks,
      leadsGroup,
      hostPid: process.pid,
      proven: this.#proven,
      carriesMarker: (entry) => marker !== undefined && this.#inspector.carriesMarker(entry, marker),
    });
    this.#proven.clear();
    for (const member of members) this.#proven.add(memberKey(member));
    return members;
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
