import { asyncScheduler, firstValueFrom, take, toArray } from "rxjs";
import { describe, expect, test } from "vitest";
import { dueTimes } from "../../src/schedule/watch-schedule.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A schedule watched on a clock that stands still, and whose time of day can be set. */
function watching(cron: string, start: string, timezone = "UTC") {
  const clock = new FakeClock(Date.parse(start));
  const scene = { clock, setByMs: 0, due: [] as string[], at: [] as string[], wakeUps: 0 };
  const now = (): number => clock.now() + scene.setByMs;
  const text = (date: Date): string => date.toISOString().replace(/(:00)?\.000Z$/, "Z");
  const subscription = dueTimes({ cron, timezone }, clock, now).subscribe((due) => {
    scene.due.push(text(due));
    scene.at.push(text(new Date(now())));
  });
  return Object.assign(scene, { [Symbol.dispose]: () => subscription.unsubscribe() });
}

describe("a schedule on its clock", () => {
  test.each([
    [
      "0 3 * * *",
      "2027-03-26T12:00:00Z",
      "Europe/Berlin",
      4 * day,
      ["27T02:00Z", "28T01:00Z", "29T01:00Z", "30T01:00Z"],
    ],
    ["30 2 * * *", "2027-03-27T12:00:00Z", "Europe/Berlin", 2 * day, ["28T01:00Z", "29T00:30Z"]],
    ["*/5 * * * * *", "2026-11-21T12:00:01Z", "UTC", 11 * second, ["21T12:00:05Z", "21T12:00:10Z"]],
    ["@daily", "2026-11-21T12:00:00Z", "UTC", 2 * day, ["22T00:00Z", "23T00:00Z"]],
    ["0 0 29 2 *", "2028-02-01T00:00:00Z", "UTC", 40 * day, ["29T00:00Z"]],
  ] as const)("%s is due at each of its times, from %s in %s", async (cron, start, timezone, ms, due) => {
    using scene = watching(cron, start, timezone);
    await scene.clock.advance(ms);
    expect(scene.due.map((text) => text.slice(8))).toEqual(due);
    expect(scene.at).toEqual(scene.due);
  });

  test("a time further away than the longest timer of Node is due when it comes", async () => {
    using scene = watching("0 0 1 7 *", "2027-01-01T12:00:00Z");
    await scene.clock.advance(180 * day);
    expect(scene.due).toEqual([]);
    await scene.clock.advance(day);
    expect(scene.due).toEqual(["2027-07-01T00:00Z"]);
    expect(scene.at).toEqual(scene.due);
  });

  test("a time that is now is past already", async () => {
    using scene = watching("0 12 * * *", "2026-11-21T12:00:00Z");
    await scene.clock.advance(day - 1);
    expect(scene.due).toEqual([]);
  });
});

describe("a clock that is set", () => {
  test("back does not make a time due twice, nor later ones late", async () => {
    using scene = watching("0 * * * *", "2026-11-21T09:30:00Z");
    await scene.clock.advance(90 * minute);
    expect(scene.due).toEqual(["2026-11-21T10:00Z", "2026-11-21T11:00Z"]);
    scene.setByMs = -2 * hour;
    await scene.clock.advance(2 * hour + 59 * minute);
    expect(scene.due).toHaveLength(2);
    await scene.clock.advance(minute);
    expect(scene.due.slice(2)).toEqual(["2026-11-21T12:00Z"]);
  });

  test("back by seconds right after a run does not repeat it", async () => {
    using scene = watching("0 3 * * *", "2026-11-21T02:59:00Z");
    await scene.clock.advance(minute + 1);
    scene.setByMs = -5 * second;
    await scene.clock.advance(10 * minute);
    expect(scene.due).toEqual(["2026-11-21T03:00Z"]);
  });

  test("back by a moment right before a run does not make it early", async () => {
    using scene = watching("0 3 * * *", "2026-11-21T02:59:30Z");
    await scene.clock.advance(second);
    scene.setByMs = -20;
    await scene.clock.advance(minute);
    expect(scene.at).toEqual(["2026-11-21T03:00Z"]);
  });

  test("back by a year, because it was wrong, does not silence a schedule for a year", async () => {
    using scene = watching("0 3 * * *", "2027-11-21T12:00:00Z");
    await scene.clock.advance(day);
    scene.setByMs = -365 * day;
    await scene.clock.advance(day);
    expect(scene.due).toEqual(["2027-11-22T03:00Z", "2026-11-23T03:00Z"]);
  });

  test("forward makes missed times due once, within a minute", async () => {
    using scene = watching("0 * * * *", "2026-11-21T09:30:00Z");
    await scene.clock.advance(minute);
    scene.setByMs = 5 * hour;
    await scene.clock.advance(minute);
    expect(scene.due).toEqual(["2026-11-21T10:00Z"]);
    expect(scene.at).toEqual(["2026-11-21T14:32Z"]);
    await scene.clock.advance(hour);
    expect(scene.due).toEqual(["2026-11-21T10:00Z", "2026-11-21T15:00Z"]);
  });

  test("to the day of a yearly run is noticed", async () => {
    using scene = watching("0 0 29 2 *", "2026-11-21T12:00:00Z");
    await scene.clock.advance(hour);
    scene.setByMs = Date.parse("2028-02-28T23:59:30Z") - scene.clock.now();
    await scene.clock.advance(minute);
    expect(scene.due).toEqual(["2028-02-29T00:00Z"]);
  });
});

describe("the observable", () => {
  test("ends its timer when it is unsubscribed, also by what it emits", async () => {
    const clock = new FakeClock();
    const seen: Date[] = [];
    const subscription = dueTimes({ cron: "* * * * *", timezone: "UTC" }, clock, () => clock.now()).subscribe((due) => {
      seen.push(due);
      subscription.unsubscribe();
    });
    await clock.advance(hour);
    expect(seen).toEqual([new Date(minute)]);
  });

  test("errors at once for an expression that was never checked", () => {
    const errors: unknown[] = [];
    const clock = new FakeClock();
    dueTimes({ cron: "nonsense", timezone: "UTC" }, clock, () => 0).subscribe({ error: (error) => errors.push(error) });
    expect(errors).toEqual([expect.objectContaining({ code: "INVALID_TEMPLATE" })]);
  });

  test("on the real clock a time is never early", async () => {
    const schedule = { cron: "* * * * * *", timezone: "UTC" };
    const times = dueTimes(schedule, asyncScheduler, () => Date.now()).pipe(take(2), toArray());
    const [first, next] = await firstValueFrom(times);
    expect(Date.now()).toBeGreaterThanOrEqual(next?.getTime() ?? Number.NaN);
    expect(first?.getMilliseconds()).toBe(0);
    expect((next?.getTime() ?? 0) - (first?.getTime() ?? 0)).toBeGreaterThanOrEqual(1000);
  });
});
