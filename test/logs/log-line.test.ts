import { describe, expect, test } from "vitest";
import { isWanted, type LineFilter, type LogLine, makeLogLine, mergeByTime } from "../../src/logs/log-line.js";
import { TimeIndex } from "../../src/logs/time-index.js";

const at = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));
const out = (line: string, ms?: number): LogLine => makeLogLine("stdout", line, false, at(ms));
const err = (line: string, ms?: number): LogLine => makeLogLine("stderr", line, false, at(ms));

describe("a filter of lines", () => {
  test.each<[string, LineFilter, boolean]>([
    ["nothing", {}, true],
    ["its stream", { stream: "stdout" }, true],
    ["the other stream", { stream: "stderr" }, false],
    ["a time before", { since: new Date(99) }, true],
    ["its time as the first", { since: new Date(100) }, true],
    ["a later time", { since: new Date(101) }, false],
    ["its time as the end", { until: new Date(100) }, false],
    ["a later end", { until: new Date(101) }, true],
    ["a word in it", { grep: /two/ }, true],
    ["another word", { grep: /three/ }, false],
    ["a word and another stream", { grep: /two/, stream: "stderr" }, false],
  ])("that wants %s", (_what, filter, expected) => {
    expect(isWanted(out("one two", 100), filter)).toBe(expected);
  });

  test("finds with a global expression every time", () => {
    const grep = /two/g;
    expect([1, 2, 3].map(() => isWanted(out("one two"), { grep }))).toEqual([true, true, true]);
  });

  test("takes a line without a time for old", () => {
    expect(isWanted(out("one"), { since: new Date(0) })).toBe(false);
    expect(isWanted(out("one"), { until: new Date(0) })).toBe(true);
  });
});

test("streams are merged by time, and keep their own order", () => {
  const stdout = [out("old"), out("a", 10), out("b", 20), out("c", 20)];
  const stderr = [err("older"), err("x", 5), err("y", 20), err("z", 30)];
  expect(mergeByTime([stdout, stderr]).map(({ line }) => line)).toEqual("old,older,x,a,b,c,y,z".split(","));
});

test("a piece of a line is marked, and a whole line is not", () => {
  expect(makeLogLine("stdout", "x", true, undefined)).toEqual({
    at: undefined,
    stream: "stdout",
    line: "x",
    isPartial: true,
  });
  expect(Object.keys(out("x"))).toEqual(["at", "stream", "line"]);
});

describe("a time index", () => {
  const marked = (...marks: readonly (readonly [bytes: number, ms: number])[]): TimeIndex => {
    const index = new TimeIndex();
    for (const [bytes, ms] of marks) index.mark(bytes, new Date(ms));
    return index;
  };

  test("gives each part the time it was first seen, and none to what was there before or is not seen yet", () => {
    expect(marked([100, 1], [200, 2], [300, 3]).split(50, 350)).toEqual([
      { fromByte: 50, toByte: 100, at: undefined },
      { fromByte: 100, toByte: 200, at: new Date(2) },
      { fromByte: 200, toByte: 300, at: new Date(3) },
      { fromByte: 300, toByte: 350, at: undefined },
    ]);
    expect(marked([100, 1], [200, 2]).split(120, 130)).toEqual([{ fromByte: 120, toByte: 130, at: new Date(2) }]);
    expect(marked([100, 1]).split(-20, 20)).toEqual([{ fromByte: -20, toByte: 20, at: undefined }]);
    expect(marked([100, 1]).split(20, 20)).toEqual([]);
  });

  test("remembers the first time a size was seen", () => {
    expect(marked([0, 1], [100, 2], [100, 9], [50, 9]).split(0, 100)).toEqual([
      { fromByte: 0, toByte: 100, at: new Date(2) },
    ]);
  });

  test("stays small, knows the last times exactly and never gives one that is too early", () => {
    const index = new TimeIndex();
    for (let mark = 0; mark <= 100_000; mark++) index.mark(mark, new Date(mark));
    const parts = index.split(0, 100_000);
    expect(parts.length).toBeLessThanOrEqual(256);
    expect(parts.at(-1)).toEqual({ fromByte: 99_999, toByte: 100_000, at: new Date(100_000) });
    for (const part of parts) expect(part.at?.getTime()).toBe(part.toByte);
  });
});
