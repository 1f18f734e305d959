import { describe, expect, test } from "vitest";
import { judgeReload, type PastReload } from "../../src/reload/reload-storm.js";

/** Reloads at these times because of the same file. */
function reloads(file: string, ...timesMs: readonly number[]): PastReload[] {
  return timesMs.map((atMs) => ({ atMs, file }));
}

const goesOn: readonly [string, readonly PastReload[], number][] = [
  ["the first change", [], 0],
  ["the fifth reload within the window", reloads("a", 0, 1000, 2000, 3000), 4000],
  ["the sixth when the first is 10 s ago", reloads("a", 0, 1, 2, 3, 4), 10_000],
  ["many reloads, each 2 s after the last", reloads("a", 0, 2000, 4000, 6000, 8000, 10_000, 12_000), 14_000],
  ["two changes without a pause", [{ atMs: 0, file: "a", isEndless: true }], 60_000],
];

const stops: readonly [string, readonly PastReload[], number][] = [
  ["the sixth reload within 10 s", reloads("a", 0, 1000, 2000, 3000, 4000), 5000],
  ["the sixth reload, a millisecond before the first is forgotten", reloads("a", 0, 1, 2, 3, 4), 9999],
  ["six at the same time", reloads("a", 7, 7, 7, 7, 7), 7],
];

describe("judgeReload", () => {
  test.each(goesOn)("lets %s through", (_what, history, nowMs) => {
    expect(judgeReload(history, nowMs, "a", history.length === 1)).toEqual({ reload: true });
  });

  test.each(stops)("suspends at %s", (_what, history, nowMs) => {
    expect(judgeReload(history, nowMs, "a")).toEqual({
      reload: false,
      file: "a",
      reason:
        'reloading is suspended: 6 reloads within 10 s, all of them because of "a"; ' +
        "if the process, or another one, writes it, add it to watch.ignore",
    });
  });

  test("names the file that changed most often, not the last one", () => {
    const history = [...reloads("out.db", 0, 100, 200), ...reloads("web.ts", 300, 400)];
    const verdict = judgeReload(history, 500, "api.ts");
    expect(verdict).toMatchObject({ reload: false, file: "out.db" });
    expect(verdict).toHaveProperty("reason", expect.stringContaining('3 of them because of "out.db"'));
  });

  test("does not name a file whose reloads are long past", () => {
    const history = [...reloads("old", 0, 1, 2, 3, 4, 5, 6), ...reloads("new", 60_000, 60_001, 60_002, 60_003, 60_004)];
    expect(judgeReload(history, 60_005, "new")).toMatchObject({ reload: false, file: "new" });
  });

  test("suspends at the third change in a row of a file that is written without a pause, however slow", () => {
    const history = [0, 60_000].map((atMs) => ({ atMs, file: "out.log", isEndless: true }));
    expect(judgeReload(history, 120_000, "out.log", true)).toMatchObject({ reload: false, file: "out.log" });
    expect(judgeReload(history, 120_000, "out.log", false)).toEqual({ reload: true });
    expect(judgeReload(history, 120_000, "web.ts", true)).toEqual({ reload: true });
  });
});
