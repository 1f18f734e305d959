import { describe, expect, test } from "vitest";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { type FakeFleet, fleetOf, readiness } from "./fake-fleet.js";

const on = (...names: readonly string[]) => ({ dependsOn: names.map((name) => ({ name })) });

/** Programs that need a moment to end, and write down when they were asked and when they have ended. */
function leavers(names: readonly string[], fleet: () => FakeFleet) {
  const events: string[] = [];
  const program =
    (name: string): FakeProgram =>
    (self) =>
      self.onSignal("SIGTERM", () => {
        events.push(`ask ${name}`);
        fleet().os.clock.schedule(() => {
          events.push(`end ${name}`);
          self.end(0);
        }, 100);
      });
  return { events, programs: Object.fromEntries(names.map((name) => [name, program(name)])) };
}

const site = {
  web: { group: "site", ...on("api") },
  api: { group: "site", ...on("db", "cache") },
  db: { group: "site" },
  cache: { group: "site" },
  other: {},
};
const stopOrder = [
  ["ask web", "end web"],
  ["ask api", "end api"],
  ["ask db", "ask cache", "end db", "end cache"],
];

describe("startAll", () => {
  test("starts every enabled process in the order of what they depend on, and gives an outcome for each", async () => {
    await using fleet = await fleetOf({ ...site, off: { enabled: false } });
    const outcomes = await fleet.within(100, fleet.manager.startAll());
    expect(outcomes.map(({ name, error }) => [name, error]).toSorted()).toEqual(
      ["api", "cache", "db", "other", "web"].map((name) => [name, undefined]),
    );
    const starts = fleet.starts();
    expect(starts.indexOf("web")).toBeGreaterThan(starts.indexOf("api"));
    expect(starts.indexOf("api")).toBeGreaterThan(Math.max(starts.indexOf("db"), starts.indexOf("cache")));
    expect(fleet.process("off").status.lifecycle).toBe("initial");
  });

  test("says of each one that fails why, and the others run", async () => {
    await using fleet = await fleetOf({ ...site, db: { command: "missing" } });
    const outcomes = await fleet.within(100, fleet.manager.startAll());
    const codes = Object.fromEntries(outcomes.map(({ name, error }) => [name, error?.code]));
    expect(codes).toEqual({
      db: "SPAWN_FAILED",
      api: "DEPENDENCY_FAILED",
      web: "DEPENDENCY_FAILED",
      cache: undefined,
      other: undefined,
    });
  });

  test("that is cancelled says so of each one that was not done", async () => {
    await using fleet = await fleetOf({ db: { readiness: readiness("db") }, api: on("db"), other: {} });
    const controller = new AbortController();
    const started = fleet.manager.startAll({ cancelSignal: controller.signal });
    await fleet.os.clock.advance(1000);
    controller.abort();
    const outcomes = await fleet.within(100, started);
    expect(Object.fromEntries(outcomes.map(({ name, error }) => [name, error?.code]))).toEqual({
      db: "ABORTED",
      api: "ABORTED",
      other: undefined,
    });
    fleet.ready.add("db");
    await fleet.os.clock.advance(1000);
    expect(fleet.runs("api")).toEqual([]);
  });

  test("of a closed manager is refused", async () => {
    const fleet = await fleetOf({ web: {} });
    await fleet[Symbol.asyncDispose]();
    await expect(fleet.manager.startAll()).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    await expect(fleet.manager.stopGroup("x")).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
  });
});

describe("what stops several processes", () => {
  const ways = {
    stopAll: (fleet: FakeFleet) => fleet.manager.stopAll(),
    stopGroup: (fleet: FakeFleet) => fleet.manager.stopGroup("site"),
    close: (fleet: FakeFleet) => fleet.manager.close(),
  };

  test.each(Object.entries(ways))("%s stops dependents before what they depend on", async (_name, stop) => {
    let fleet: FakeFleet | undefined;
    const current = (): FakeFleet => fleet ?? expect.fail("there is no fleet yet");
    const { events, programs } = leavers(["web", "api", "db", "cache"], current);
    fleet = await fleetOf(site, programs);
    await fleet.within(100, fleet.manager.startAll());
    await fleet.within(1000, stop(fleet) as Promise<unknown>);
    expect(events.slice(0, 2)).toEqual(stopOrder[0]);
    expect(events.slice(2, 4)).toEqual(stopOrder[1]);
    expect(new Set(events.slice(4, 6))).toEqual(new Set(["ask db", "ask cache"]));
    expect(new Set(events.slice(6))).toEqual(new Set(["end db", "end cache"]));
    await fleet[Symbol.asyncDispose]();
  });

  test("stopAll leaves attached processes alone, and says of each what could not be ended", async () => {
    await using fleet = await fleetOf({ web: { ...on("db") }, db: {} });
    await fleet.within(100, fleet.manager.startAll());
    const foreign = fleet.os.addForeign("postgres");
    await fleet.manager.attachProcess("pg", foreign.identity.pid);
    const [immortal] = fleet.runs("web");
    if (immortal === undefined) throw new Error("web does not run");
    const { signal } = immortal;
    immortal.enter("disk-sleep");
    immortal.signal = () => true;
    const outcomes = await fleet.within(60_000, fleet.manager.stopAll());
    expect(outcomes.map(({ name, error }) => [name, error?.code])).toEqual([
      ["web", "STOP_INCOMPLETE"],
      ["db", undefined],
    ]);
    expect(foreign.signals).toEqual([]);
    immortal.signal = signal;
    foreign.end(0);
  });

  test("restartGroup stops all, then starts them, each in its order", async () => {
    let fleet: FakeFleet | undefined;
    const current = (): FakeFleet => fleet ?? expect.fail("there is no fleet yet");
    const { events, programs } = leavers(["web", "api", "db", "cache"], current);
    fleet = await fleetOf(site, programs);
    await fleet.within(100, fleet.manager.startAll());
    const before = fleet.starts().length;
    const outcomes = await fleet.within(1000, fleet.manager.restartGroup("site"));
    expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(events.slice(0, 4)).toEqual([...(stopOrder[0] ?? []), ...(stopOrder[1] ?? [])]);
    expect(new Set(fleet.starts().slice(before, before + 2))).toEqual(new Set(["db", "cache"]));
    expect(fleet.starts().slice(before + 2)).toEqual(["api", "web"]);
    expect(fleet.runs("other")).toHaveLength(1);
    await fleet[Symbol.asyncDispose]();
  });
});

describe("a group", () => {
  test("that is started pulls what it depends on from outside", async () => {
    await using fleet = await fleetOf({
      web: { group: "site", ...on("db") },
      db: {},
      off: { group: "site", enabled: false },
    });
    const outcomes = await fleet.within(100, fleet.manager.startGroup("site"));
    expect(outcomes).toEqual([{ name: "web", error: undefined }]);
    expect(fleet.starts()).toEqual(["db", "web"]);
    await fleet.within(100, fleet.manager.stopGroup("site"));
    expect(fleet.process("db").status.lifecycle).toBe("running");
  });

  test("of two that depend on each other by way of a third stops in that order", async () => {
    let fleet: FakeFleet | undefined;
    const current = (): FakeFleet => fleet ?? expect.fail("there is no fleet yet");
    const { events, programs } = leavers(["web", "db"], current);
    fleet = await fleetOf({ web: { group: "site", ...on("api") }, api: on("db"), db: { group: "site" } }, programs);
    await fleet.within(100, fleet.manager.startAll());
    await fleet.within(1000, fleet.manager.stopGroup("site"));
    expect(events).toEqual(["ask web", "end web", "ask db", "end db"]);
    await fleet[Symbol.asyncDispose]();
  });

  test("that nobody is in is refused with the groups there are", async () => {
    await using fleet = await fleetOf(site);
    for (const call of ["startGroup", "stopGroup", "restartGroup"] as const) {
      await expect(fleet.manager[call]("sight")).rejects.toMatchObject({ code: "PROCESS_NOT_FOUND" });
      await expect(fleet.manager[call]("sight")).rejects.toThrow(/no process in group "sight"; there are site/);
    }
  });
});
