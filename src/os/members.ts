/** One row of the process table. `processGroup` and `session` are undefined where the platform does not tell. */
export interface TableEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly processGroup: number | undefined;
  readonly session: number | undefined;
  readonly startTicks: number;
  readonly alive: boolean;
}

/** What is known of a tree before the table is read. */
export interface TreeFacts {
  readonly rootPid: number;
  readonly rootStartTicks: number;
  /** How far apart two start times of one process may be told: 0 from /proc, seconds from `ps`. */
  readonly toleranceTicks: number;
  /** Whether the root leads a process group of its own, so that everything in it belongs to the tree. */
  readonly leadsGroup: boolean;
  /** Members proven earlier, as `memberKey` writes them. */
  readonly proven: ReadonlySet<string>;
  /** The host program: never a member, and nothing is a member for being its child. */
  readonly hostPid: number;
  /** Whether this process carries the run's DROVER_ID in its environment. */
  readonly carriesMarker: (entry: TableEntry) => boolean;
}

/** One string for a PID and its start time. */
export function memberKey(member: { readonly pid: number; readonly startTicks: number }): string {
  return `${member.pid}:${member.startTicks}`;
}

/**
 * The living members of a tree. A process is a member when it is the root, was proven a member before, carries the
 * run's DROVER_ID, descends from a member, or shares a group or session led by the root with a proven member: as long
 * as a member is in it, the kernel cannot give that number to a stranger. A process older than the root never is.
 */
export function selectMembers(table: readonly TableEntry[], facts: TreeFacts): readonly TableEntry[] {
  const earliestTicks = facts.rootStartTicks - facts.toleranceTicks;
  const candidates = table.filter((entry) => entry.startTicks >= earliestTicks && entry.pid !== facts.hostPid);
  const members = new Map<number, TableEntry>();
  for (const entry of candidates) if (isProven(entry, facts)) members.set(entry.pid, entry);
  spread(candidates, members, facts);
  return [...members.values()].filter((entry) => entry.alive);
}

function isProven(entry: TableEntry, facts: TreeFacts): boolean {
  const apartTicks = Math.abs(entry.startTicks - facts.rootStartTicks);
  const isRoot = entry.pid === facts.rootPid && apartTicks <= facts.toleranceTicks;
  return isRoot || facts.proven.has(memberKey(entry)) || (entry.alive && facts.carriesMarker(entry));
}

/** Adds descendants, group and session members until nothing new is found. */
function spread(candidates: readonly TableEntry[], members: Map<number, TableEntry>, facts: TreeFacts): void {
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    const isKin = kinshipWith(members, facts);
    for (const entry of candidates) if (isKin(entry)) members.set(entry.pid, entry);
  }
}

function kinshipWith(members: ReadonlyMap<number, TableEntry>, facts: TreeFacts): (entry: TableEntry) => boolean {
  const root = facts.leadsGroup ? facts.rootPid : undefined;
  const holdsGroup = some(members, (member) => member.processGroup === root);
  const holdsSession = some(members, (member) => member.session === root);
  return ({ parentPid, processGroup, session }) => {
    if (members.has(parentPid)) return true;
    if (root === undefined) return false;
    return (holdsGroup && processGroup === root) || (holdsSession && session === root);
  };
}

function some(members: ReadonlyMap<number, TableEntry>, test: (entry: TableEntry) => boolean): boolean {
  for (const member of members.values()) if (test(member)) return true;
  return false;
}
