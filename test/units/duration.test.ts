import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProcessError } from "../../src/errors.js";
import { describeDuration, durationMs, formatDuration, parseDuration } from "../../src/units/duration.js";

describe("parseDuration", () => {
  test.each([
    ["1.5s", 1500],
    ["500ms", 500],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["1h0m0.5s", 3_600_500],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["1ns", 0.000001],
    ["0s", 0],
    ["0.1s", 100],
    ["0.3s", 300],
    ["315576000000s", 315_576_000_000_000],
  ])("reads %s as %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    "",
    "5",
    "-1s",
    "+1s",
    "1 s",
    "s",
    "1.s",
    ".5s",
    "1d",
    "1S",
    "5 seconds",
    "1e3s",
    "0.5ns",
    "315576000001s",
    "∞s",
  ])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("reads back every whole number of microseconds it wrote", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (microseconds) => {
        expect(parseDuration(formatDuration(microseconds / 1000))).toBe(microseconds / 1000);
      }),
    );
  });

  test("answers quickly to a long text", () => {
    expect(parseDuration("1s".repeat(100_000))).toBeUndefined();
  });
});

test.each([
  [0, "0s"],
  [1500, "1.5s"],
  [90_000, "90s"],
  [0.000001, "0.000000001s"],
  [100.1, "0.1001s"],
])("formats %d ms as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, "0ms"],
  [250, "250ms"],
  [0.25, "0.25ms"],
  [1500, "1.5s"],
  [59_999, "59.9s"],
  [60_000, "1m"],
  [90_000, "1m 30s"],
  [3_600_000, "1h"],
  [3_661_000, "1h 1m"],
  [277_200_000, "3d 5h"],
  [86_401_000, "1d"],
])("describes %d ms as %s", (milliseconds, text) => {
  expect(describeDuration(milliseconds)).toBe(text);
});

describe("durationMs", () => {
  test("takes a number as milliseconds and a text with its unit", () => {
    expect([durationMs(250, "grace"), durationMs("250ms", "grace")]).toEqual([250, 250]);
  });

  test.each([["soon"], ["5"], [-1], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    "refuses %j and says what it expects",
    (value) => {
      expect(() => durationMs(value, "gracePeriod")).toThrow(ProcessError);
      expect(() => durationMs(value, "gracePeriod")).toThrow(
        /^gracePeriod: .* is not a duration; expected a duration with its unit, such as "500ms", "1\.5s" or "1m30s", or a number of milliseconds/,
      );
    },
  );
});
