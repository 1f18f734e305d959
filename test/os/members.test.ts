import { describe, expect, test } from "vitest";
import { memberKey, selectMembers, type TableEntry, type TreeFacts } from "../../src/os/members.js";

const entry = (pid: number, parentPid: number, change: Partial<TableEntry> = {}): TableEntry => {
  return { pid, parentPid, processGroup: pid, session: pid, startTicks: 100 + pid, alive: true, ...change };
};

const facts = (change: Partial<TreeFacts> = {}): TreeFacts => ({
  rootPid: 10,
  rootStartTicks: 110,
  toleranceTicks: 0,
  leadsGroup: true,
  hostPid: 5,
  proven: new Set(),
  carriesMarker: () => false,
  ...change,
});

const select = (table: readonly TableEntry[], change: Partial<TreeFacts> = {}): number[] =>
  selectMembers(table, facts(change))
    .map(({ pid }) => pid)
    .sort((one, other) => one - other);

const inTree = { processGroup: 10, session: 10 };

describe("members of a tree", () => {
  test("the root, its descendants, and those of descendants in sessions of their own", () => {
    const table = [
      entry(5, 1),
      entry(10, 5, inTree),
      entry(11, 10, inTree),
      entry(12, 11),
      entry(13, 12),
      entry(14, 1),
    ];
    expect(select(table)).toEqual([10, 11, 12, 13]);
  });

  test("an orphan in the group of the living root", () => {
    expect(select([entry(10, 5, inTree), entry(11, 1, inTree)])).toEqual([10, 11]);
  });

  test("after the end of the root its number alone proves nothing: a stranger's group is left alone", () => {
    const stranger = entry(10, 1, { startTicks: 500 });
    expect(select([stranger, entry(11, 10, { ...inTree, startTicks: 501 })])).toEqual([]);
  });

  test("after the end of the root the group is known by a member that was proven before", () => {
    const known = entry(11, 1, inTree);
    const table = [known, entry(12, 1, inTree), entry(13, 1)];
    expect(select(table, { proven: new Set([memberKey(known)]) })).toEqual([11, 12]);
  });

  test("a PID proven before with another start time is a stranger", () => {
    const table = [entry(11, 1, { ...inTree, startTicks: 900 })];
    expect(select(table, { proven: new Set(["11:111"]) })).toEqual([]);
  });

  test("a carrier of the run's DROVER_ID is a member wherever it is, with its children", () => {
    const table = [entry(20, 1), entry(21, 20), entry(22, 1)];
    expect(select(table, { carriesMarker: ({ pid }) => pid === 20 })).toEqual([20, 21]);
  });

  test("a process older than the root never is, whatever group it is in", () => {
    const old = entry(9, 1, { ...inTree, startTicks: 50 });
    expect(select([entry(10, 5, inTree), old], { carriesMarker: () => true })).toEqual([10]);
  });

  test("zombies are not listed, but their group still is", () => {
    const zombie = entry(10, 5, { ...inTree, alive: false });
    expect(select([zombie, entry(11, 1, inTree)])).toEqual([11]);
  });

  test("the host and what else it started are never members of a tree it hangs below", () => {
    const table = [entry(3, 1, { startTicks: 1 }), entry(5, 3), entry(10, 5), entry(11, 3)];
    const below = { rootPid: 3, rootStartTicks: 1, leadsGroup: true };
    expect(select(table, below)).toEqual([3, 11]);
  });

  test("the group of a root that does not lead it is not touched", () => {
    const table = [entry(10, 5, { processGroup: 4, session: 4 }), entry(11, 4, { processGroup: 4, session: 4 })];
    expect(select(table, { leadsGroup: false })).toEqual([10]);
  });
});
