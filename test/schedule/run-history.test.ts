import { describe, expect, test } from "vitest";
import { exitOf } from "../../src/os/exit.js";
import {
  addUnstartedRun,
  beginRun,
  emptyHistory,
  finishRun,
  type RunHistory,
  runningRun,
} from "../../src/schedule/run-history.js";

const at = (minute: number): Date => new Date(minute * 60_000);
const ran = (history: RunHistory, minute: number): RunHistory =>
  finishRun(beginRun(history, at(minute), at(minute)), { endedAt: at(minute + 1), outcome: "succeeded" });
const skipped = (history: RunHistory, minute: number): RunHistory =>
  addUnstartedRun(history, at(minute), { endedAt: at(minute), outcome: "skipped", reason: "the run before goes on" });
const minutes = (history: RunHistory): number[] => history.map(({ dueAt }) => dueAt.getTime() / 60_000);

describe("the history of a job", () => {
  test("has a run while it goes on, and its end afterwards", () => {
    const running = beginRun(emptyHistory, at(1), at(2));
    expect(runningRun(running)).toMatchObject({
      dueAt: at(1),
      startedAt: at(2),
      endedAt: undefined,
      outcome: undefined,
    });
    const exit = exitOf(3, null, at(5));
    const done = finishRun(running, { endedAt: at(5), outcome: "failed", reason: "exit code 3", exit });
    expect(runningRun(done)).toBeUndefined();
    const reason = "exit code 3";
    expect(done).toEqual([{ dueAt: at(1), startedAt: at(2), endedAt: at(5), outcome: "failed", reason, exit }]);
    expect(running[0]?.outcome).toBeUndefined();
  });

  test("has runs that did not start", () => {
    const history = skipped(beginRun(emptyHistory, at(1), at(1)), 2);
    expect(history.map(({ outcome, startedAt }) => [outcome, startedAt])).toEqual([
      [undefined, at(1)],
      ["skipped", undefined],
    ]);
  });

  test("finishes the run that goes on, and not one that was skipped later", () => {
    const history = finishRun(skipped(beginRun(emptyHistory, at(1), at(1)), 2), { endedAt: at(3), outcome: "killed" });
    expect(history.map(({ outcome }) => outcome)).toEqual(["killed", "skipped"]);
  });

  test("keeps the last 20 runs", () => {
    let history = emptyHistory;
    for (let minute = 0; minute < 50; minute++) history = ran(history, minute);
    expect(minutes(history)).toEqual(Array.from({ length: 20 }, (_, index) => 30 + index));
  });

  test("keeps a run that goes on, however many were skipped since", () => {
    let history = beginRun(ran(emptyHistory, 0), at(1), at(1));
    for (let minute = 2; minute < 50; minute++) history = skipped(history, minute);
    expect(history).toHaveLength(20);
    expect(minutes(history).slice(0, 2)).toEqual([1, 31]);
    expect(runningRun(finishRun(history, { endedAt: at(60), outcome: "succeeded" }))).toBeUndefined();
  });

  test("is frozen, with every run in it", () => {
    for (const history of [emptyHistory, beginRun(emptyHistory, at(1), at(1)), ran(emptyHistory, 1)]) {
      expect(Object.isFrozen(history)).toBe(true);
      expect(history.every((run) => Object.isFrozen(run))).toBe(true);
    }
  });

  test("does not change when there is nothing to finish, and refuses runs that overlap", () => {
    const history = ran(emptyHistory, 1);
    expect(finishRun(history, { endedAt: at(9), outcome: "killed" })).toBe(history);
    const running = beginRun(history, at(2), at(2));
    expect(() => beginRun(running, at(3), at(3))).toThrow("cannot happen: a run begins while another one is going on");
  });
});
