import { describe, expect, test } from "vitest";
import { checkCron, nextRun } from "../../src/schedule/next-run.js";

const dueAfter = (cron: string, timezone: string, from: string, count: number): string[] => {
  const times: string[] = [];
  for (let at = Date.parse(from); times.length < count; at = Date.parse(times.at(-1) ?? "")) {
    const next = nextRun({ cron, timezone }, at);
    if (next === undefined) break;
    times.push(next.toISOString().replace(":00.000Z", "Z"));
  }
  return times;
};

describe("the next run of a schedule", () => {
  test.each([
    ["0 3 * * *", "2026-11-21T12:00:00Z", "2026-11-22T03:00Z"],
    ["0 3 * * *", "2026-11-21T02:59:59.999Z", "2026-11-21T03:00Z"],
    ["0 3 * * *", "2026-11-21T03:00:00Z", "2026-11-22T03:00Z"],
    ["0 3 * * *", "2026-11-21T03:00:00.001Z", "2026-11-22T03:00Z"],
    ["*/5 * * * * *", "2026-11-21T12:00:01Z", "2026-11-21T12:00:05.000Z"],
    ["*/5 * * * * *", "2026-11-21T12:00:04.999Z", "2026-11-21T12:00:05.000Z"],
    ["*/5 * * * * *", "2026-11-21T12:00:05.500Z", "2026-11-21T12:00:10.000Z"],
    ["@daily", "2026-11-21T12:00:00Z", "2026-11-22T00:00Z"],
    ["@hourly", "2026-11-21T12:00:00Z", "2026-11-21T13:00Z"],
    ["0 0 29 2 *", "2026-11-21T12:00:00Z", "2028-02-29T00:00Z"],
    ["0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00Z"],
    ["0 0 31 * *", "2027-01-31T00:00:00Z", "2027-03-31T00:00Z"],
    ["0 12 * * MON-FRI", "2026-11-20T12:00:00Z", "2026-11-23T12:00Z"],
    ["0 0 L * *", "2027-02-01T00:00:00Z", "2027-02-28T00:00Z"],
  ])("%s after %s is %s", (cron, from, due) => {
    expect(dueAfter(cron, "UTC", from, 1)).toEqual([due]);
  });

  test("goes by the time zone", () => {
    expect(dueAfter("0 3 * * *", "Asia/Kolkata", "2026-11-21T00:00:00Z", 1)).toEqual(["2026-11-21T21:30Z"]);
  });

  describe.each([
    // Clocks go from 2:00 to 3:00 on 28 March, and from 3:00 back to 2:00 on 31 October.
    {
      timezone: "Europe/Berlin",
      spring: "2027-03-27T12:00:00Z",
      autumn: "2027-10-30T12:00:00Z",
      skipped: ["30 2 * * *", "2027-03-28T01:00Z", "2027-03-29T00:30Z"],
      repeated: ["30 2 * * *", "2027-10-31T00:30Z", "2027-11-01T01:30Z"],
      three: ["2027-03-28T01:00Z", "2027-03-29T01:00Z", "2027-10-31T02:00Z", "2027-11-01T02:00Z"],
      springHours: ["2027-03-28T00:00Z", "2027-03-28T01:00Z"],
      autumnHours: ["2027-10-31T00:00Z", "2027-10-31T01:00Z", "2027-10-31T02:00Z"],
    },
    // Clocks go from 2:00 to 3:00 on 14 March, and from 2:00 back to 1:00 on 7 November.
    {
      timezone: "America/New_York",
      spring: "2027-03-13T12:00:00Z",
      autumn: "2027-11-06T12:00:00Z",
      skipped: ["30 2 * * *", "2027-03-14T07:00Z", "2027-03-15T06:30Z"],
      repeated: ["30 1 * * *", "2027-11-07T05:30Z", "2027-11-08T06:30Z"],
      three: ["2027-03-14T07:00Z", "2027-03-15T07:00Z", "2027-11-07T08:00Z", "2027-11-08T08:00Z"],
      springHours: ["2027-03-14T06:00Z", "2027-03-14T07:00Z"],
      autumnHours: ["2027-11-07T05:00Z", "2027-11-07T06:00Z", "2027-11-07T07:00Z"],
    },
  ])("in $timezone", ({ timezone, spring, autumn, ...expected }) => {
    test("a time of day that is skipped in spring is due when the clocks are forward, and only once", () => {
      const [cron = "", ...times] = expected.skipped;
      expect(dueAfter(cron, timezone, spring, 2)).toEqual(times);
    });

    test("a time of day that comes twice in autumn is due the first time only", () => {
      const [cron = "", ...times] = expected.repeated;
      expect(dueAfter(cron, timezone, autumn, 2)).toEqual(times);
    });

    test("3 o'clock is 3 o'clock before and after", () => {
      const times = [...dueAfter("0 3 * * *", timezone, spring, 2), ...dueAfter("0 3 * * *", timezone, autumn, 2)];
      expect(times).toEqual(expected.three);
    });

    test("every hour is every hour", () => {
      const inSpring = Date.parse(expected.springHours[0] ?? "") - 1;
      const inAutumn = Date.parse(expected.autumnHours[0] ?? "") - 1;
      expect(dueAfter("0 * * * *", timezone, new Date(inSpring).toISOString(), 2)).toEqual(expected.springHours);
      expect(dueAfter("0 * * * *", timezone, new Date(inAutumn).toISOString(), 3)).toEqual(expected.autumnHours);
    });
  });

  test("a schedule that was never checked fails with what is wrong", () => {
    const run = (cron: string, timezone: string) => () => nextRun({ cron, timezone }, 0);
    expect(run("61 * * * *", "UTC")).toThrow(expect.objectContaining({ code: "INVALID_TEMPLATE" }));
    expect(run("61 * * * *", "UTC")).toThrow(
      /^schedule: cron "61 \* \* \* \*": Invalid value for minute: 61; expected/,
    );
    expect(run("0 3 * * *", "Europe/Berln")).toThrow(/unknown time zone "Europe\/Berln"/);
  });
});

describe("a cron expression is refused with what is wrong", () => {
  const example = '5 fields such as "0 3 * * *" (every day at 3:00), 6 with seconds first, or a word such as "@daily"';

  test.each([
    ["", "it has 0 fields"],
    ["3", "it has 1 field"],
    ["* * * *", "it has 4 fields"],
    ["0 0 0 1 1 * 2030", "it has 7 fields"],
    ["2026-12-24T00:00:00", "it has 1 field"],
    ["61 * * * *", "Invalid value for minute: 61"],
    ["0 25 * * *", "Invalid value for hour: 25"],
    ["*/0 * * * *", "Syntax error, illegal stepping: 0"],
    ["5-1 * * * *", "From value is larger than to value: '5-1'"],
    ["a b c d e", "configuration entry 1 (a) contains illegal characters"],
    ["0 0 30 2 *", "no day fits it, so it would never run"],
    ["0 0 31 2,4 *", "no day fits it, so it would never run"],
  ])("%j: %s", (cron, reason) => {
    expect(checkCron(cron)).toBe(`cron ${JSON.stringify(cron)}: ${reason}; expected ${example}`);
  });

  test.each(["@reboot", "@every 5m", "@", "0 0 * * FUNDAY"])("%j is refused, too", (cron) => {
    expect(checkCron(cron)).toContain(`cron ${JSON.stringify(cron)}: `);
  });

  test.each(["* * * * *", "*/5 * * * * *", "@daily", "0 0 29 2 *", "  0 3 * * *  ", "0 3 * * MON#1"])(
    "%j is accepted",
    (cron) => {
      expect(checkCron(cron, "America/New_York")).toBeUndefined();
    },
  );

  test("an unknown time zone is named", () => {
    const text = 'unknown time zone "Mars/Olympus"; expected a name such as "Europe/Vienna" or "UTC"';
    expect(checkCron("0 3 * * *", "Mars/Olympus")).toBe(text);
  });
});
