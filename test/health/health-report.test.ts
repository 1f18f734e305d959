import { describe, expect, test } from "vitest";
import { type HealthReport, initialReport, nextReport } from "../../src/health/health-report.js";

const policy = { startPeriodMs: 0, failureThreshold: 3, successThreshold: 1 };

/**
 * Folds checks, one a second, written as letters: `+` succeeded, `-` failed, `x` an extra one that failed. What comes
 * out is one word a check: the verdict's first letters with the failures and successes in a row.
 */
function fold(checks: string, thresholds: Partial<typeof policy> = {}): string {
  let report: HealthReport = initialReport;
  const words = [...checks].map((letter, second) => {
    const at = new Date(second * 1000);
    const answer =
      letter === "+" ? ({ healthy: true } as const) : ({ healthy: false, reason: `no ${second}` } as const);
    report = nextReport(report, { ...answer, at, isExtra: letter === "x" }, second * 1000, {
      ...policy,
      ...thresholds,
    });
    return `${{ starting: "st", healthy: "he", unhealthy: "un" }[report.verdict]}-${report.failures}+${report.successes}`;
  });
  return words.join(" ");
}

describe("thresholds", () => {
  test.each([
    ["+", {}, "he-0+1"],
    ["-", {}, "st-1+0"],
    ["---", {}, "st-1+0 st-2+0 un-3+0"],
    ["-", { failureThreshold: 1 }, "un-1+0"],
    ["--", { failureThreshold: 2 }, "st-1+0 un-2+0"],
    ["--+--+", {}, "st-1+0 st-2+0 he-0+1 he-1+0 he-2+0 he-0+1"],
    ["+---", {}, "he-0+1 he-1+0 he-2+0 un-3+0"],
    ["---+", {}, "st-1+0 st-2+0 un-3+0 he-0+1"],
    ["++", { successThreshold: 2 }, "st-0+1 he-0+2"],
    ["+++", { successThreshold: 3 }, "st-0+1 st-0+2 he-0+3"],
    ["+-++", { successThreshold: 2 }, "st-0+1 st-1+0 st-0+1 he-0+2"],
    ["-++", { failureThreshold: 1, successThreshold: 2 }, "un-1+0 un-0+1 he-0+2"],
    ["++-+", { successThreshold: 2 }, "st-0+1 he-0+2 he-1+0 he-0+1"],
    ["----", {}, "st-1+0 st-2+0 un-3+0 un-4+0"],
  ])("%s with %j are %s", (checks, thresholds, expected) => {
    expect(fold(checks, thresholds)).toBe(expected);
  });
});

describe("the start period", () => {
  test.each([
    ["failures within it do not count", "---", { startPeriodMs: 3000, failureThreshold: 1 }, "st-0+0 st-0+0 st-0+0"],
    ["it ends on time", "---", { startPeriodMs: 2000, failureThreshold: 1 }, "st-0+0 st-0+0 un-1+0"],
    ["a success ends it", "-+-", { startPeriodMs: 9000, failureThreshold: 1 }, "st-0+0 he-0+1 un-1+0"],
    [
      "it stays ended after an extra check that failed",
      "+x-",
      { startPeriodMs: 9000, failureThreshold: 1 },
      "he-0+1 he-0+0 un-1+0",
    ],
    [
      "one of several successes that are needed ends it, too",
      "+--",
      { startPeriodMs: 9000, successThreshold: 2, failureThreshold: 2 },
      "st-0+1 st-1+0 un-2+0",
    ],
  ])("%s", (_title, checks, thresholds, expected) => {
    expect(fold(checks, thresholds)).toBe(expected);
  });
});

test("extra checks that fail do not count, those that succeed do", () => {
  expect(fold("-xxx-x-", {})).toBe("st-1+0 st-1+0 st-1+0 st-1+0 st-2+0 st-2+0 un-3+0");
  expect(fold("-xx+", {})).toBe("st-1+0 st-1+0 st-1+0 he-0+1");
});

test("a report says when and how often was asked, and keeps the last reason", () => {
  const failed = nextReport(
    initialReport,
    { healthy: false, reason: "no", at: new Date(5), isExtra: false },
    0,
    policy,
  );
  const healthy = nextReport(failed, { healthy: true, at: new Date(9), isExtra: false }, 4, policy);
  expect(failed).toEqual({
    verdict: "starting",
    failures: 1,
    successes: 0,
    checks: 1,
    lastCheckAt: new Date(5),
    lastFailure: "no",
  });
  expect(healthy).toEqual({
    verdict: "healthy",
    failures: 0,
    successes: 1,
    checks: 2,
    lastCheckAt: new Date(9),
    lastFailure: "no",
  });
  expect([initialReport, failed, healthy].map(Object.isFrozen)).toEqual([true, true, true]);
});

test("failures within the start period keep their reason", () => {
  const outcome = { healthy: false, reason: "not yet", at: new Date(0), isExtra: false } as const;
  const { lastFailure } = nextReport(initialReport, outcome, 0, { ...policy, startPeriodMs: 1000 });
  expect(lastFailure).toBe("not yet");
});
