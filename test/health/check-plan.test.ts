import { describe, expect, test } from "vitest";
import { type AnsweredCheck, type CheckPlan, firstPlan, isExtra, planAfter } from "../../src/health/check-plan.js";

const failed: AnsweredCheck = { beganMs: 0, endedMs: 0, healthy: false, isStarting: true };
const regular: CheckPlan = { atMs: 0, regularAtMs: 0, extraWaitMs: 50 };
const extra: CheckPlan = { atMs: 750, regularAtMs: 1000, extraWaitMs: 800 };

test("the first check is regular and due at once", () => {
  expect(firstPlan(7)).toEqual({ atMs: 7, regularAtMs: 7, extraWaitMs: 50 });
  expect(isExtra(firstPlan(7), 7)).toBe(false);
});

describe("the plan after a check", () => {
  test.each<[string, CheckPlan, Partial<AnsweredCheck>, CheckPlan]>([
    ["a success: the next interval", regular, { healthy: true }, { atMs: 1000, regularAtMs: 1000, extraWaitMs: 50 }],
    ["a failure while starting: soon", regular, {}, { atMs: 50, regularAtMs: 1000, extraWaitMs: 100 }],
    [
      "a failure after a verdict: the next interval",
      regular,
      { isStarting: false },
      { atMs: 1000, regularAtMs: 1000, extraWaitMs: 50 },
    ],
    [
      "intervals are measured from the beginning",
      regular,
      { endedMs: 400, healthy: true },
      { atMs: 1000, regularAtMs: 1000, extraWaitMs: 50 },
    ],
    [
      "a check longer than the interval: at once",
      regular,
      { endedMs: 4000, healthy: true },
      { atMs: 4000, regularAtMs: 4000, extraWaitMs: 50 },
    ],
    [
      "waits for extra checks are measured from the end",
      regular,
      { endedMs: 400 },
      { atMs: 450, regularAtMs: 1000, extraWaitMs: 100 },
    ],
    [
      "an extra check never comes at or after the regular one",
      extra,
      { beganMs: 750, endedMs: 750 },
      { atMs: 1000, regularAtMs: 1000, extraWaitMs: 800 },
    ],
    [
      "an extra check that succeeds begins the next interval",
      extra,
      { beganMs: 750, endedMs: 760, healthy: true },
      { atMs: 1750, regularAtMs: 1750, extraWaitMs: 800 },
    ],
    [
      "an extra check still unanswered when the regular one was due was that one",
      extra,
      { beganMs: 750, endedMs: 1100 },
      { atMs: 1750, regularAtMs: 1750, extraWaitMs: 800 },
    ],
  ])("%s", (_title, plan, check, expected) => {
    expect(planAfter(plan, { ...failed, ...check }, 1000)).toEqual(expected);
  });

  test.each([
    [regular, 5000, false],
    [extra, 999, true],
    [extra, 1000, false],
  ])("%j, answered at %d ms: extra is %s", (plan, endedMs, expected) => {
    expect(isExtra(plan, endedMs)).toBe(expected);
  });
});
