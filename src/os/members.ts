/** One row of the process table. `processGroup` and `session` are undefined where the platform does not tell. */
export interface TableEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly processGroup: number | undefined;
  readonly session: number | undefined;
  readonly startTicks: number;
  readonly alive: boolean;
  /** Its DROVER_ID; undefined when it has none, or its environment cannot be read. */
  readonly runId: string | undefined;
}

/** What is known of a tree before the table is read. */
export interface TreeFacts {
  readonly rootPid: number;
  readonly rootStartTicks: number;
  /** How far apart two start times of one process may be told: 0 from /proc, seconds from `ps`. */
  readonly toleranceTicks: number;
  /** Whether the root leads a process group and session of its own, so that everything in it belongs to the tree. */
  readonly leadsGroup: boolean;
  /** Whether that group is certainly still the root's, though perhaps no member proves it. */
  readonly isGroupProven: boolean;
  /** Members proven earlier, as `memberKey` writes them. */
  readonly proven: ReadonlySet<string>;
  /** The DROVER_ID of the run; undefined for a process we did not start. */
  readonly runId: string | undefined;
  /** The host program: never a member. */
  readonly hostPid: number;
  /** Whether this host has started the root; else nothing below this host is a member either. */
  readonly isOwn: boolean;
}

/** One string for a PID and its start time. */
export function memberKey(member: { readonly pid: number; readonly startTicks: number }): string {
  return `${member.pid}:${member.startTicks}`;
}

/** A process table that is searched by many trees: each search costs as much as its tree has members. */
export class TableIndex {
  readonly entries: readonly TableEntry[];
  readonly #byPid: ReadonlyMap<number, TableEntry>;
  readonly #byParent: ReadonlyMap<number, readonly TableEntry[]>;
  readonly #byGroup: ReadonlyMap<number, readonly TableEntry[]>;
  readonly #bySession: ReadonlyMap<number, readonly TableEntry[]>;
  readonly #byRunId: ReadonlyMap<string, readonly TableEntry[]>;

  constructor(entries: readonly TableEntry[]) {
    this.entries = entries;
    this.#byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    this.#byParent = groupBy(entries, ({ parentPid }) => parentPid);
    this.#byGroup = groupBy(entries, ({ processGroup }) => processGroup);
    this.#bySession = groupBy(entries, ({ session }) => session);
    this.#byRunId = groupBy(entries, ({ runId }) => runId);
  }

  /** What has ended in a process group, and waits to be reaped. */
  zombiesOf(group: number): readonly TableEntry[] {
    return (this.#byGroup.get(group) ?? []).filter(({ alive }) => !alive);
  }

  /**
   * The living members of a tree. A process is a member when it is the root, was proven a member before, carries the
   * run's DROVER_ID, descends from a member, or shares a group or session led by the root with a proven member: as
   * long as a member is in it, the kernel cannot give that number to a stranger. A process older than the root never is.
   */
  membersOf(facts: TreeFacts): readonly TableEntry[] {
    const excluded = this.#excluded(facts);
    const earliestTicks = facts.rootStartTicks - facts.toleranceTicks;
    const members = new Map<number, TableEntry>();
    const waiting = [...this.#provenBy(facts)];
    for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
      if (members.has(entry.pid) || excluded.has(entry.pid) || entry.startTicks < earliestTicks) continue;
      members.set(entry.pid, entry);
      waiting.push(...this.#kinOf(entry, facts));
    }
    return [...members.values()].filter(({ alive }) => alive);
  }

  #provenBy(facts: TreeFacts): readonly TableEntry[] {
    const { rootPid, runId, leadsGroup, isGroupProven } = facts;
    const root = this.#byPid.get(rootPid);
    const apartTicks = root === undefined ? Infinity : Math.abs(root.startTicks - facts.rootStartTicks);
    const earlier = [...facts.proven].map((key) => this.#byPid.get(Number.parseInt(key, 10)));
    return [
      ...(root !== undefined && apartTicks <= facts.toleranceTicks ? [root] : []),
      ...earlier.filter((entry) => entry !== undefined && facts.proven.has(memberKey(entry))),
      ...(runId === undefined ? [] : (this.#byRunId.get(runId) ?? []).filter(({ alive }) => alive)),
      ...(leadsGroup && isGroupProven ? (this.#byGroup.get(rootPid) ?? []) : []),
    ].flatMap((entry) => (entry === undefined ? [] : [entry]));
  }

  #kinOf({ pid, processGroup, session }: TableEntry, { rootPid, leadsGroup }: TreeFacts): readonly TableEntry[] {
    return [
      ...(this.#byParent.get(pid) ?? []),
      ...(leadsGroup && processGroup === rootPid ? (this.#byGroup.get(rootPid) ?? []) : []),
      ...(leadsGroup && session === rootPid ? (this.#bySession.get(rootPid) ?? []) : []),
    ];
  }

  /** A tree we were attached to may have this host in it: the host, and what it manages, is not part of it for us. */
  #excluded({ hostPid, isOwn, rootPid }: TreeFacts): ReadonlySet<number> {
    const excluded = new Set([hostPid]);
    if (isOwn) return excluded;
    for (const pid of excluded) for (const child of this.#byParent.get(pid) ?? []) excluded.add(child.pid);
    // The root hangs below this host itself: another part of the host program has started it.
    return excluded.has(rootPid) ? new Set([hostPid]) : excluded;
  }
}

function groupBy<Key>(
  entries: readonly TableEntry[],
  keyOf: (entry: TableEntry) => Key | undefined,
): ReadonlyMap<Key, readonly TableEntry[]> {
  const groups = new Map<Key, TableEntry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}
