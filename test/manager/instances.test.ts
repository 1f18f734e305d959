import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instancesOf, memberOf } from "../../src/manager/instances.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import { tempDir } from "../repo/temp-dir.js";
import { type FakeFleet, fleetOf, readiness } from "./fake-fleet.js";

const marked = { runOnStartup: true };
const names = (fleet: FakeFleet): readonly string[] => fleet.manager.getAllProcesses().map(({ name }) => name);
const variables = (fleet: FakeFleet, variable: string) => fleet.runs().map(({ request }) => request.env[variable]);

describe("instances", () => {
  test("of a template are processes of their own, each with its number", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 3 }, one: marked });
    expect(names(fleet)).toEqual(["one", "web-1", "web-2", "web-3"]);
    expect(variables(fleet, "DROVER_NAME")).toEqual(["one", "web-1", "web-2", "web-3"]);
    expect(variables(fleet, "DROVER_INSTANCE")).toEqual(["1", "1", "2", "3"]);
  });

  test("tell by their template what they are", () => {
    const templateOf = (name: string, instances: number) =>
      templateFromOptions(name, "app", { instances }, { cwd: "/" });
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
    fc.assert(
      fc.property(
        name,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (family, instances, count) => {
          const all = instancesOf(templateOf(family, instances), count);
          expect(all).toHaveLength(count);
          for (const { template, ...member } of all) expect(memberOf(template)).toEqual(member);
        },
      ),
    );
  });

  test("are all depended on by the name of their template, and one by its own", async () => {
    await using fleet = await fleetOf({
      db: { instances: 2, readiness: readiness("db") },
      api: { dependsOn: [{ name: "db" }] },
      tool: { dependsOn: [{ name: "db-2" }] },
    });
    const tool = fleet.process("tool").start();
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["db-2"]);
    const api = fleet.process("api").start();
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["db-2", "db-1"]);
    expect(fleet.process("api").status.reason).toBe("waits for db-1 to be ready and for db-2 to be ready");
    fleet.ready.add("db");
    await fleet.within(200, Promise.all([tool, api]));
  });

  test("of a family are given again by its first one", async () => {
    await using fleet = await fleetOf({ web: { instances: 2 } });
    expect(fleet.manager.newProcessFromTemplate("web")).toBe(fleet.process("web-1"));
    const { template } = fleet.process("web-1");
    const made = fleet.manager.newProcessFromTemplate({ ...template, name: "api" });
    expect(made.name).toBe("api-1");
    expect(names(fleet)).toEqual(["web-1", "web-2", "api-1", "api-2"]);
  });

  test.each([
    ["a process of the name of an instance", "web-2", {}],
    ["a process of the name of the template", "web", {}],
    ["a template with an instance of that name", "web", { instances: 3 }],
    ["a template whose name is that of an instance", "web-1", { instances: 2 }],
  ])("do not share names: %s is refused as a whole", async (_what, name, options) => {
    await using fleet = await fleetOf({ web: { instances: 2 } });
    expect(() => fleet.manager.newProcess(name, "web", options)).toThrowError(
      expect.objectContaining({ code: "NAME_TAKEN" }),
    );
    expect(names(fleet)).toEqual(["web-1", "web-2"]);
  });

  test("made in code are refused when one of their names is taken", async () => {
    await using fleet = await fleetOf({ "api-2": {} });
    expect(() => fleet.manager.newProcess("api", "web", { instances: 3 })).toThrow(/there is a process named "api-2"/);
    expect(names(fleet)).toEqual(["api-2"]);
  });

  test("change with the number in their file", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 2 } });
    fleet.write({ web: { ...marked, instances: 3 } });
    await fleet.within(100, fleet.manager.reload());
    expect(fleet.starts()).toEqual(["web-1", "web-2", "web-3"]);
    fleet.write({ web: { ...marked, instances: 1 } });
    const items = await fleet.within(100, fleet.manager.reload());
    expect(items.map(({ name, action, error }) => [name, action, error])).toEqual([
      ["web", "create", undefined],
      ["web-1", "stop", undefined],
      ["web-2", "stop", undefined],
      ["web-3", "stop", undefined],
    ]);
    expect(names(fleet)).toEqual(["web"]);
    expect(fleet.starts().at(-1)).toBe("web");
  });
});

describe("scaling", () => {
  test("up starts the new ones when the others run, and gives all", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 2 } });
    const all = await fleet.within(100, fleet.manager.scale("web", 4));
    expect(all.map(({ name, status }) => `${name} ${status.lifecycle}`)).toEqual([
      "web-1 running",
      "web-2 running",
      "web-3 running",
      "web-4 running",
    ]);
    expect(variables(fleet, "DROVER_INSTANCE")).toEqual(["1", "2", "3", "4"]);
  });

  test("down stops and forgets those with the highest numbers", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 3 } });
    await fleet.within(100, fleet.manager.scale("web", 1));
    expect(names(fleet)).toEqual(["web-1"]);
    expect(fleet.runs().map((run) => run.sample())).toEqual(["sleeping", "gone", "gone"]);
  });

  test("of what does not run only makes handles", async () => {
    await using fleet = await fleetOf({ web: {} });
    const all = await fleet.manager.scale("web", 3);
    expect(all.map(({ name, status }) => `${name} ${status.lifecycle}`)).toEqual([
      "web initial",
      "web-2 initial",
      "web-3 initial",
    ]);
    await fleet.manager.scale("web", 1);
    expect(names(fleet)).toEqual(["web"]);
  });

  test("fills gaps", async () => {
    await using fleet = await fleetOf({ web: { instances: 3 } });
    await fleet.manager.delete("web-2");
    const all = await fleet.manager.scale("web", 3);
    expect(all.map(({ name }) => name)).toEqual(["web-1", "web-2", "web-3"]);
  });

  test.each([0, -1, 1.5, 1e9, Number.NaN, "3"])("to %s is refused, and changes nothing", async (count) => {
    await using fleet = await fleetOf({ web: marked });
    const scaled = fleet.manager.scale("web", count as number);
    await expect(scaled).rejects.toMatchObject({ code: "INVALID_TEMPLATE", process: "web" });
    await expect(scaled).rejects.toThrow(/^web: cannot be scaled to .*; expected a whole number from 1 to 10000$/);
    expect(names(fleet)).toEqual(["web"]);
  });

  test("of what is unknown, or of one instance, is refused with a hint", async () => {
    await using fleet = await fleetOf({ web: { instances: 2 } });
    await expect(fleet.manager.scale("wbe", 2)).rejects.toMatchObject({ code: "PROCESS_NOT_FOUND" });
    await expect(fleet.manager.scale("web-2", 2)).rejects.toThrow(
      /"web-2" is one of the processes of "web": scale that/,
    );
  });

  test("into a name that is taken is refused as a whole", async () => {
    await using fleet = await fleetOf({ web: marked, "web-3": {} });
    await expect(fleet.manager.scale("web", 3)).rejects.toMatchObject({ code: "NAME_TAKEN", process: "web-3" });
    expect(names(fleet)).toEqual(["web-3", "web"]);
    await fleet.within(10, fleet.manager.scale("web", 2));
    expect(names(fleet)).toEqual(["web-3", "web", "web-2"]);
  });

  test("twice at once ends with what was asked for last", async () => {
    for (const counts of [[1, 3] as const, [4, 2] as const, [3, 1, 5, 2] as const]) {
      await using fleet = await fleetOf({ web: { ...marked, instances: 3, stop: { gracePeriod: "1s" } } });
      for (const run of fleet.runs()) run.onSignal("SIGTERM", () => fleet.os.clock.schedule(() => run.end(0), 100));
      await fleet.within(1000, Promise.allSettled(counts.map((count) => fleet.manager.scale("web", count))));
      const expected = Array.from({ length: counts.at(-1) ?? 0 }, (_none, index) => `web-${index + 1}`);
      expect(names(fleet)).toEqual(expected);
      for (const name of expected) expect(fleet.process(name).status.lifecycle).toBe("running");
    }
  });

  test("down gives up the start of those scaled up before", async () => {
    await using fleet = await fleetOf({ web: { ...marked, readiness: readiness("web") } });
    const up = fleet.manager.scale("web", 3);
    up.catch(() => undefined);
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["web", "web-2", "web-3"]);
    await fleet.within(100, fleet.manager.scale("web", 1));
    await expect(up).rejects.toMatchObject({ code: "ABORTED" });
    expect(names(fleet)).toEqual(["web"]);
  });

  test("down leaves known what could not be ended, and says so", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 2 } });
    const immortal = fleet.runs("web-2")[0];
    if (immortal === undefined) throw new Error("web-2 does not run");
    const { signal } = immortal;
    immortal.enter("disk-sleep");
    immortal.signal = () => true;
    const scaled = fleet.within(60_000, fleet.manager.scale("web", 1));
    await expect(scaled).rejects.toMatchObject({ code: "STOP_INCOMPLETE", process: "web-2" });
    expect(names(fleet)).toEqual(["web-1", "web-2"]);
    immortal.signal = signal;
    await fleet.within(10_000, fleet.manager.scale("web", 1));
    expect(names(fleet)).toEqual(["web-1"]);
  });

  test("lasts until the file has another number", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 2 }, one: marked, other: {} });
    await fleet.within(100, fleet.manager.scale("web", 4));
    await fleet.within(100, fleet.manager.scale("one", 3));
    fleet.write({ other: { title: "Other" } });
    const plan = await fleet.manager.plan();
    expect(plan.filter(({ action }) => action !== "unchanged")).toEqual([
      { name: "other", action: "update", changes: ["title"] },
    ]);
    await fleet.within(100, fleet.manager.reload());
    fleet.write({ web: { ...marked, instances: 2, args: ["-v"] } });
    const items = await fleet.within(100, fleet.manager.reload());
    expect(items.filter(({ action }) => action === "restart").map(({ name }) => name)).toEqual([
      "web-1",
      "web-2",
      "web-3",
      "web-4",
    ]);
    fleet.write({ web: { ...marked, instances: 3, args: ["-v"] } });
    await fleet.within(100, fleet.manager.reload());
    expect(names(fleet)).toEqual(["one", "other", "web-1", "web-2", "web-3", "one-2", "one-3"]);
  });

  test("is not undone by a reload that goes on at the same time", async () => {
    await using fleet = await fleetOf({ web: { ...marked, instances: 3 } });
    for (const run of fleet.runs()) run.onSignal("SIGTERM", () => fleet.os.clock.schedule(() => run.end(0), 100));
    fleet.write({ web: { ...marked, instances: 3, title: "Web" } });
    const [, items] = await fleet.within(1000, Promise.all([fleet.manager.scale("web", 1), fleet.manager.reload()]));
    expect(items.map(({ name, action, error }) => [name, action, error])).toEqual([["web-1", "update", undefined]]);
    expect(names(fleet)).toEqual(["web-1"]);
  });

  test("leaves on disk a record of each that is, and none of those that were", async () => {
    using dir = tempDir();
    const stateDir = join(dir.path, "state");
    await using fleet = await fleetOf({ web: { ...marked, detach: true } }, {}, { stateDir });
    const records = (): readonly string[] =>
      readdirSync(join(stateDir, "processes")).filter((file) => !file.startsWith("."));
    await fleet.within(10, fleet.manager.scale("web", 3));
    await fleet.until(() => existsSync(join(stateDir, "processes/web-3.json")));
    expect(records().toSorted()).toEqual(["web-2.json", "web-3.json", "web.json"]);
    await fleet.within(10, fleet.manager.scale("web", 1));
    expect(records()).toEqual(["web.json"]);
    await fleet.within(10, fleet.process("web").stopAndWait());
  });
});
