import { describe, expect, test } from "vitest";
import { memberKey, type TableEntry, TableIndex, type TreeFacts } from "../../src/os/members.js";

const entry = (pid: number, parentPid: number, change: Partial<TableEntry> = {}): TableEntry => {
  return {
    pid,
    parentPid,
    processGroup: pid,
    session: pid,
    startTicks: 100 + pid,
    alive: true,
    runId: undefined,
    ...change,
  };
};

const facts = (change: Partial<TreeFacts> = {}): TreeFacts => ({
  rootPid: 10,
  rootStartTicks: 110,
  toleranceTicks: 0,
  leadsGroup: true,
  isGroupProven: false,
  hostPid: 5,
  isOwn: true,
  proven: new Set(),
  runId: "run",
  ...change,
});

const select = (table: readonly TableEntry[], change: Partial<TreeFacts> = {}): number[] =>
  new TableIndex(table)
    .membersOf(facts(change))
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
    const table = [entry(20, 1, { runId: "run" }), entry(21, 20), entry(22, 1, { runId: "another run" })];
    expect(select(table)).toEqual([20, 21]);
  });

  test("a process older than the root never is, whatever group it is in", () => {
    const old = entry(9, 1, { ...inTree, startTicks: 50, runId: "run" });
    expect(select([entry(10, 5, inTree), old])).toEqual([10]);
  });

  test("zombies are not listed, but their group still is", () => {
    const zombie = entry(10, 5, { ...inTree, alive: false });
    expect(select([zombie, entry(11, 1, inTree)])).toEqual([11]);
  });

  test("the host and everything below it are never members of a tree of somebody else it hangs in", () => {
    const table = [entry(3, 1, { startTicks: 1 }), entry(5, 3), entry(10, 5), entry(11, 10), entry(12, 3)];
    const below = { rootPid: 3, rootStartTicks: 1, isOwn: false, runId: undefined };
    expect(select(table, below)).toEqual([3, 12]);
  });

  test("a process another part of this host has started is a tree like any other", () => {
    const table = [entry(5, 1), entry(10, 5), entry(11, 10), entry(12, 5)];
    expect(select(table, { isOwn: false, runId: undefined })).toEqual([10, 11]);
  });

  test("a host that adopts orphans, as PID 1 does, still finds those of its own trees", () => {
    const table = [entry(1, 0, { startTicks: 1 }), entry(11, 1, { ...inTree, runId: "run" })];
    expect(select(table, { hostPid: 1 })).toEqual([11]);
  });

  test("a group that is certainly still the root's is listed, though nothing in it proves itself", () => {
    const table = [entry(11, 1, inTree), entry(12, 11, { processGroup: 12, session: 12 }), entry(13, 1)];
    expect(select(table)).toEqual([]);
    expect(select(table, { isGroupProven: true })).toEqual([11, 12]);
  });

  test("the group of a root that does not lead it is not touched", () => {
    const table = [entry(10, 5, { processGroup: 4, session: 4 }), entry(11, 4, { processGroup: 4, session: 4 })];
    expect(select(table, { leadsGroup: false })).toEqual([10]);
  });
});
