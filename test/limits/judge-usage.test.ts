import { describe, expect, test } from "vitest";
import { addSample, judgeUsage, type UsageSample, type UsageWindow } from "../../src/limits/judge-usage.js";
import type { Limits } from "../../src/limits/limits.js";

const mib = 1024 * 1024;

const limits = (change: Partial<Limits>): Limits => ({
  maxMemoryBytes: undefined,
  maxCpuPercent: undefined,
  overMs: 10_000,
  action: "RESTART",
  ...change,
});

const fold = (samples: readonly UsageSample[], overMs: number): UsageWindow =>
  samples.reduce<UsageWindow>((window, sample) => addSample(window, sample, overMs), []);

/** One sample a second: `#` above a limit of 512 MiB and 150 %, `.` below it, a blank none. */
const drawn = (text: string): UsageSample[] =>
  [...text].flatMap((letter, second) => {
    const above = letter === "#";
    const sample = { atMs: second * 1000, memoryBytes: (above ? 612 : 100) * mib, cpuPercent: above ? 187.4 : 20 };
    return letter === " " ? [] : [sample];
  });

const memory = limits({ maxMemoryBytes: 512 * mib });

describe("a memory limit over 10s, looked at once a second", () => {
  test.each<[string, boolean, string]>([
    ["", false, "nothing was measured"],
    ["#", false, "one sample"],
    ["##########", false, "nine seconds are not ten"],
    ["###########", true, "all of a full window"],
    ["....................#", false, "a single peak"],
    ["..........#..........", false, "a single peak in the middle"],
    ["#####.#####", true, "a single dip"],
    ["##.#####.##", true, "9 of 11"],
    ["##.#.###.##", false, "8 of 11 are less than four fifths"],
    [".###########", true, "the sample before the window has left it"],
    ["###########..", true, "two samples below at the end"],
    ["###########...", false, "three samples below at the end"],
    ["#        ##", false, "a hole begins a new window"],
    ["######      ######", false, "a hole of seven seconds"],
    ["######    ######", true, "a hole of five seconds is none"],
  ])("%j: exceeded %s, %s", (text, exceeded) => {
    expect(judgeUsage(memory, fold(drawn(text), memory.overMs)).exceeded).toBe(exceeded);
  });

  test.each([
    ["###########........", false],
    ["###########.........", true],
  ] as const)("after %j it can be exceeded anew: %s", (text, recovered) => {
    expect(judgeUsage(memory, fold(drawn(text), memory.overMs))).toEqual({ exceeded: false, recovered });
  });

  test("four of five samples are four fifths", () => {
    const short = limits({ maxMemoryBytes: 512 * mib, overMs: 4000 });
    expect(judgeUsage(short, fold(drawn("##.##"), short.overMs)).exceeded).toBe(true);
    expect(judgeUsage(short, fold(drawn("#..##"), short.overMs)).exceeded).toBe(false);
  });

  test("the window does not grow", () => {
    expect(fold(drawn("#".repeat(500)), memory.overMs)).toHaveLength(11);
  });
});

describe("the reason", () => {
  const judged = (change: Partial<Limits>, samples = drawn("###########")): unknown => {
    const full = limits(change);
    return judgeUsage(full, fold(samples, full.overMs));
  };

  test.each([
    [{ maxMemoryBytes: 512 * mib }, "memory 612 MiB of 512 MiB for 10s"],
    [{ maxCpuPercent: 150 }, "cpu 187% of 150% for 10s"],
    [{ maxCpuPercent: 150, maxMemoryBytes: 512 * mib }, "memory 612 MiB of 512 MiB and cpu 187% of 150% for 10s"],
    [{ maxCpuPercent: 150, maxMemoryBytes: 700 * mib }, "cpu 187% of 150% for 10s"],
    [{ maxCpuPercent: 187.3 }, "cpu 187.40% of 187.3% for 10s"],
    [{ maxMemoryBytes: 612 * mib - 1 }, "memory 641728512 of 641728511 bytes for 10s"],
    [{ maxCpuPercent: 150, overMs: 0 }, "cpu 187% of 150%"],
    [{ maxCpuPercent: 150, overMs: 2500 }, "cpu 187% of 150% for 2.5s"],
  ])("of %j is %j", (change, reason) => {
    expect(judged(change)).toEqual({ exceeded: true, reason });
  });

  test("has the median of the samples above the limit, not the peak, and not those below", () => {
    const values = [600, 600, 600, 600, 600, 620, 620, 620, 9000, 9000, 1];
    const samples = values.map((value, second) => ({ atMs: second * 1000, memoryBytes: value * mib, cpuPercent: 0 }));
    const reason = "memory 600 MiB of 512 MiB for 10s";
    expect(judged({ maxMemoryBytes: 512 * mib }, samples)).toEqual({ exceeded: true, reason });
  });

  test("is not given for a use that is exactly the limit, and not without limits", () => {
    expect(judged({ maxMemoryBytes: 612 * mib })).toEqual({ exceeded: false, recovered: true });
    expect(judged({})).toEqual({ exceeded: false, recovered: true });
  });
});

test("with an `over` of 0 one sample decides", () => {
  const atOnce = limits({ maxMemoryBytes: 512 * mib, overMs: 0 });
  expect(judgeUsage(atOnce, fold(drawn("#"), 0)).exceeded).toBe(true);
  expect(judgeUsage(atOnce, fold(drawn("####."), 0))).toEqual({ exceeded: false, recovered: true });
  expect(judgeUsage(atOnce, fold(drawn("....#"), 0)).exceeded).toBe(true);
});
