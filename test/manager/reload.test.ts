import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import type { ReloadItem } from "../../src/manager/process-manager.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import { tempDir } from "../repo/temp-dir.js";
import { type FakeFleet, fleetOf, readiness } from "./fake-fleet.js";

const marked = { runOnStartup: true };
const on = (name: string) => ({ dependsOn: [{ name }] });

/** What a reload says, in a line for each process that is not unchanged. */
const lines = (items: readonly Pick<ReloadItem, "name" | "action" | "changes">[]): readonly string[] =>
  items
    .filter(({ action }) => action !== "unchanged")
    .map(({ name, action, changes }) => [name, action, ...changes].join(" "));

async function reload(fleet: FakeFleet, ms = 1000): Promise<readonly string[]> {
  const items = await fleet.within(ms, fleet.manager.reload());
  expect(items.flatMap(({ error }) => error?.message ?? [])).toEqual([]);
  return lines(items);
}

describe("a plan", () => {
  test("is what the reload then does, and does nothing itself", async () => {
    await using fleet = await fleetOf({
      same: marked,
      changed: marked,
      idle: {},
      gone: marked,
      off: marked,
    });
    fleet.write({
      changed: { ...marked, args: ["-v"], title: "Changed" },
      idle: { args: ["-v"] },
      off: { ...marked, enabled: false },
      fresh: marked,
    });
    fleet.remove("gone");
    const expected = [
      "changed restart title args",
      "fresh create",
      "idle update args",
      "off stop enabled",
      "gone stop removed",
    ];
    const starts = fleet.starts();
    expect(lines(await fleet.manager.plan())).toEqual(expected);
    expect(lines(await fleet.manager.plan())).toEqual(expected);
    expect(fleet.starts()).toEqual(starts);
    expect(await reload(fleet)).toEqual(expected);
    expect(fleet.starts().slice(starts.length)).toEqual(["fresh", "changed"]);
    const living = fleet.runs().filter((run) => run.sample() !== "gone");
    expect(living.map(({ commandLine }) => commandLine)).toEqual([["same"], ["fresh"], ["changed", "-v"]]);
    expect(fleet.manager.getAllProcesses().map(({ name }) => name)).toEqual([
      "changed",
      "idle",
      "off",
      "same",
      "fresh",
    ]);
    expect(lines(await fleet.manager.plan())).toEqual([]);
  });

  test("without a template directory is refused", async () => {
    await using manager = await createProcessManager({ os: new FakeOs() });
    for (const call of [manager.plan(), manager.reload()]) {
      await expect(call).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
      await expect(call).rejects.toThrow(/no templateDir/);
    }
  });
});

describe("a reload", () => {
  test("uses the new template from the next start on of what is changed in place", async () => {
    await using fleet = await fleetOf({ web: marked });
    fleet.write({ web: { ...marked, restart: { mode: "ALWAYS" }, env: {} } });
    expect(await reload(fleet)).toEqual(["web update restart"]);
    fleet.runs("web")[0]?.end(0);
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["web", "web"]);
  });

  test("keeps down what its user has stopped, whatever has changed", async () => {
    await using fleet = await fleetOf({ web: marked });
    await fleet.within(10, fleet.process("web").stopAndWait());
    fleet.write({ web: { ...marked, args: ["-v"] } });
    expect(await reload(fleet)).toEqual(["web update args"]);
    fleet.write({ web: { args: ["-v"] } });
    expect(await reload(fleet)).toEqual(["web update runOnStartup"]);
    fleet.write({ web: { ...marked, args: ["-v"] } });
    expect(await reload(fleet)).toEqual(["web update runOnStartup"]);
    fleet.write({ web: { ...marked, enabled: false } });
    expect(await reload(fleet)).toEqual(["web stop enabled args"]);
    fleet.write({ web: marked });
    expect(await reload(fleet)).toEqual(["web update enabled"]);
    expect(fleet.starts()).toEqual(["web"]);
  });

  test("starts what is marked now, and what was disabled and is not any more", async () => {
    await using fleet = await fleetOf({ web: {}, off: { ...marked, enabled: false } });
    expect(fleet.starts()).toEqual([]);
    fleet.write({ web: marked, off: marked });
    expect(await reload(fleet)).toEqual(["off update enabled", "web update runOnStartup"]);
    expect(fleet.starts().toSorted()).toEqual(["off", "web"]);
    fleet.write({ off: { ...marked, enabled: false } });
    await reload(fleet);
    expect(fleet.process("off").status).toMatchObject({ lifecycle: "exited", desired: "down" });
    fleet.write({ off: marked });
    await reload(fleet);
    expect(fleet.starts().filter((name) => name === "off")).toHaveLength(2);
  });

  test("that disables a process does not keep the next manager from starting it, once it is enabled again", async () => {
    using state = tempDir();
    const stateDir = join(state.path, "state");
    const first = await fleetOf({ web: marked, other: marked }, {}, { stateDir });
    await first.within(10, first.process("other").stopAndWait());
    first.write({ web: { ...marked, enabled: false } });
    await reload(first);
    await first[Symbol.asyncDispose]();
    await using second = await fleetOf({ web: marked, other: marked }, {}, { stateDir });
    expect(second.starts()).toEqual(["web"]);
  });

  test("acts at once on a process that waits for its next restart, or was given up", async () => {
    for (const maxRestarts of [0, 5]) {
      const restart = { mode: "ON_FAILURE", maxRestarts, backoff: { initial: "1h", max: "1h" } } as const;
      await using fleet = await fleetOf({ web: { ...marked, restart } }, { web: (self) => self.end(1) });
      await fleet.os.clock.advance(1000);
      expect(fleet.process("web").status.supervision.kind).toBe(maxRestarts === 0 ? "gave-up" : "waiting");
      fleet.write({ web: { ...marked, restart, command: "better" } });
      expect(await reload(fleet)).toEqual(["web restart command"]);
      expect(fleet.process("web").status).toMatchObject({ lifecycle: "running", supervision: { kind: "watching" } });
      await fleet.os.clock.advance(2 * 3_600_000);
      expect(fleet.runs("web")).toHaveLength(2);
    }
  });

  test("repairs a process that could not be started", async () => {
    await using fleet = await fleetOf({ web: { ...marked, command: "missing" } });
    expect(fleet.process("web").status.lifecycle).toBe("failed");
    fleet.write({ web: marked });
    expect(await reload(fleet)).toEqual(["web restart command"]);
    expect(fleet.process("web").status.lifecycle).toBe("running");
  });

  test("leaves a program that has done its work where it is", async () => {
    await using fleet = await fleetOf({ once: marked }, { once: (self) => self.end(0) });
    await fleet.os.clock.advance(10);
    fleet.write({ once: { ...marked, args: ["-v"] } });
    expect(await reload(fleet)).toEqual(["once update args"]);
    expect(fleet.runs("once")).toHaveLength(1);
  });

  test("during a start replaces what is being started", async () => {
    await using fleet = await fleetOf({ web: { readiness: readiness("web") } });
    const started = fleet.process("web").start();
    started.catch(() => undefined);
    await fleet.os.clock.advance(1000);
    fleet.write({ web: { readiness: readiness("web"), args: ["-v"] } });
    const reloaded = fleet.manager.reload();
    await fleet.until(() => fleet.process("web").template.args.length > 0);
    await fleet.os.clock.advance(1000);
    await expect(started).rejects.toMatchObject({ code: "ABORTED" });
    fleet.ready.add("web");
    expect(lines(await fleet.within(200, reloaded))).toEqual(["web restart args"]);
    expect(fleet.runs("web").map(({ commandLine }) => commandLine)).toEqual([["web"], ["web", "-v"]]);
    expect(fleet.process("web").status).toMatchObject({ ready: true, desired: "up" });
  });

  test("restarts dependents after what they depend on is ready again", async () => {
    await using fleet = await fleetOf({
      db: { ...marked, readiness: readiness("db") },
      api: { ...marked, ...on("db") },
    });
    fleet.ready.add("db");
    await fleet.os.clock.advance(200);
    expect(fleet.starts()).toEqual(["db", "api"]);
    fleet.ready.clear();
    fleet.write({
      api: { ...marked, ...on("db"), args: ["-v"] },
      db: { ...marked, readiness: readiness("db"), args: ["-v"] },
    });
    const reloaded = fleet.manager.reload();
    await fleet.until(() => fleet.process("db").template.args.length > 0);
    await fleet.os.clock.advance(5000);
    expect(fleet.starts()).toEqual(["db", "api", "db"]);
    expect(fleet.runs("api")[0]?.signals).toEqual([]);
    fleet.ready.add("db");
    expect(lines(await fleet.within(200, reloaded))).toEqual(["api restart args", "db restart args"]);
    expect(fleet.starts()).toEqual(["db", "api", "db", "api"]);
  });

  test("that waits for a process does not hold up the next one, which may be its cure", async () => {
    await using fleet = await fleetOf({ db: { ...marked, readiness: readiness("nothing") }, api: marked });
    fleet.write({ api: { ...marked, ...on("db"), args: ["-v"] } });
    const first = fleet.manager.reload();
    await fleet.until(() => fleet.process("api").template.args.length > 0);
    await fleet.os.clock.advance(1000);
    expect(fleet.process("api").status.reason).toBe("waits for db to be ready");
    fleet.ready.add("db");
    fleet.write({ db: { ...marked, readiness: readiness("db") } });
    const second = fleet.manager.reload();
    expect(lines(await fleet.within(1000, second))).toEqual(["db update readiness"]);
    expect(lines(await fleet.within(1000, first))).toEqual(["api restart args dependsOn"]);
    expect(fleet.starts()).toEqual(["api", "db", "api"]);
  });

  test("that is cancelled says of each process what was not done", async () => {
    await using fleet = await fleetOf({ db: { ...marked, readiness: readiness("db") }, api: marked });
    fleet.write({ api: { ...marked, ...on("db"), args: ["-v"] } });
    const controller = new AbortController();
    const reloaded = fleet.manager.reload({ cancelSignal: controller.signal });
    await fleet.until(() => fleet.process("api").template.args.length > 0);
    await fleet.os.clock.advance(1000);
    controller.abort();
    const items = await fleet.within(1000, reloaded);
    expect(items.map(({ name, error }) => [name, error?.code])).toEqual([
      ["api", "ABORTED"],
      ["db", undefined],
    ]);
    await expect(fleet.manager.reload({ cancelSignal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  test("does not start again what its user stops while it waits for its turn", async () => {
    await using fleet = await fleetOf({
      db: { ...marked, readiness: readiness("db") },
      api: { ...marked, ...on("db") },
    });
    fleet.ready.add("db");
    await fleet.os.clock.advance(200);
    fleet.ready.clear();
    fleet.write({
      db: { ...marked, readiness: readiness("db"), args: ["-v"] },
      api: { ...marked, ...on("db"), args: ["-v"] },
    });
    const reloaded = fleet.manager.reload();
    await fleet.until(() => fleet.process("db").template.args.length > 0);
    await fleet.os.clock.advance(1000);
    await fleet.within(100, fleet.process("api").stopAndWait());
    fleet.ready.add("db");
    await fleet.within(1000, reloaded);
    expect(fleet.starts()).toEqual(["db", "api", "db"]);
    expect(fleet.process("api").template.args).toEqual(["-v"]);
  });

  test("called twice at once does everything once", async () => {
    await using fleet = await fleetOf({ web: marked, gone: marked });
    fleet.write({ web: { ...marked, args: ["-v"] }, fresh: marked });
    fleet.remove("gone");
    const both = Promise.all([fleet.manager.reload(), fleet.manager.reload()]);
    const [first, second] = await fleet.within(1000, both);
    expect(lines(first)).toEqual(["fresh create", "web restart args", "gone stop removed"]);
    expect(lines(second)).toEqual([]);
    expect([...first, ...second].flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(fleet.starts()).toEqual(["gone", "web", "fresh", "web"]);
  });

  test("stops those that are gone, dependents first", async () => {
    await using fleet = await fleetOf({ db: marked, api: { ...marked, ...on("db") } });
    await fleet.os.clock.advance(10);
    const ended: string[] = [];
    for (const run of fleet.runs()) {
      run.onSignal("SIGTERM", () =>
        fleet.os.clock.schedule(() => {
          ended.push(run.request.file);
          run.end(0);
        }, 100),
      );
    }
    fleet.remove("db");
    fleet.remove("api");
    await reload(fleet);
    expect(ended).toEqual(["api", "db"]);
    expect(fleet.manager.getAllProcesses()).toEqual([]);
  });

  test("tells a circle it has brought about, and starts nothing of it", async () => {
    await using fleet = await fleetOf({ a: {}, b: on("a") });
    fleet.write({ a: on("b") });
    expect(await reload(fleet)).toEqual(["a update dependsOn"]);
    expect(fleet.told.at(-1)).toBe("dependsOn goes in a circle: a → b → a; remove one of these dependencies");
  });

  test("starts nothing once the manager is closed", async () => {
    const fleet = await fleetOf({ web: marked });
    fleet.write({ fresh: marked });
    const reloaded = fleet.manager.reload();
    reloaded.catch(() => undefined);
    await fleet[Symbol.asyncDispose]();
    await expect(reloaded).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    expect(fleet.starts()).toEqual(["web"]);
  });
});

describe("files", () => {
  test("that are not valid keep the templates they had", async () => {
    await using fleet = await fleetOf({ web: marked, other: marked });
    writeFileSync(join(fleet.directory, "web.json"), '{ "name": "web", "comm');
    fleet.write({ other: { ...marked, title: "Other" } });
    expect(await reload(fleet)).toEqual(["other update title"]);
    expect(fleet.process("web").status.lifecycle).toBe("running");
    expect(fleet.manager.templateErrors).toHaveLength(1);
    expect(fleet.manager.getTemplate("web")?.name).toBe("web");
    fleet.write({ web: marked });
    expect(await reload(fleet)).toEqual([]);
    expect(fleet.manager.templateErrors).toEqual([]);
  });

  test("that are renamed, or whose templates move to another file, change nothing", async () => {
    await using fleet = await fleetOf({ web: marked, api: marked });
    const path = (file: string): string => join(fleet.directory, file);
    renameSync(path("web.json"), path("site.json"));
    expect(await reload(fleet)).toEqual([]);
    const templates = ["site.json", "api.json"].map((file): unknown => JSON.parse(readFileSync(path(file), "utf8")));
    writeFileSync(path("all.json"), JSON.stringify({ templates }));
    rmSync(path("site.json"));
    rmSync(path("api.json"));
    expect(await reload(fleet)).toEqual([]);
    expect(fleet.starts().toSorted()).toEqual(["api", "web"]);
  });

  test("of which two have one name are an error, and the process goes on with the first", async () => {
    await using fleet = await fleetOf({ web: marked });
    const copy = { name: "web", command: "web", cwd: "/", runOnStartup: true };
    writeFileSync(join(fleet.directory, "web-copy.json"), JSON.stringify(copy));
    expect(await reload(fleet)).toEqual([]);
    expect(fleet.manager.templateErrors.map(String)).toEqual([
      expect.stringContaining('the name "web" is already used'),
    ]);
  });

  test("whose directory is gone keep everything running, until it is back", async () => {
    await using fleet = await fleetOf({ web: marked });
    const aside = `${fleet.directory}-aside`;
    renameSync(fleet.directory, aside);
    expect(await reload(fleet)).toEqual([]);
    expect(String(fleet.manager.templateErrors[0])).toContain(
      "the template directory is gone, and every process stays",
    );
    // Something else in its place cannot be listed.
    writeFileSync(fleet.directory, "");
    expect(await reload(fleet)).toEqual([]);
    expect(String(fleet.manager.templateErrors[0])).toContain("cannot be listed");
    rmSync(fleet.directory);
    renameSync(aside, fleet.directory);
    expect(await reload(fleet)).toEqual([]);
    expect(fleet.manager.templateErrors).toEqual([]);
    rmSync(fleet.directory, { recursive: true });
    mkdirSync(fleet.directory);
    expect(await reload(fleet)).toEqual(["web stop removed"]);
  });
});

describe("processes made in code", () => {
  test("are not touched, also when a file of their name appears and goes again", async () => {
    await using fleet = await fleetOf({ web: marked });
    const mine = fleet.manager.newProcess("mine", "web", { cwd: "/" });
    await mine.start();
    fleet.write({ mine: { ...marked, command: "web", args: ["-v"] } });
    const items = await fleet.within(10, fleet.manager.reload());
    expect(lines(items)).toEqual(["mine create"]);
    expect(items.find(({ name }) => name === "mine")?.error).toMatchObject({ code: "NAME_TAKEN", process: "mine" });
    await fleet.within(10, fleet.manager.reload());
    fleet.remove("mine");
    expect(await reload(fleet)).toEqual([]);
    expect(mine.template.args).toEqual([]);
    expect(mine.status.lifecycle).toBe("running");
  });

  test("that write their template stay as they are until the next manager", async () => {
    await using fleet = await fleetOf({});
    fleet.program("web", () => undefined);
    fleet.manager.newProcess("web", "web", { cwd: "/", template: { runOnStartup: true } });
    expect(await reload(fleet)).toEqual([]);
    expect(fleet.starts()).toEqual([]);
  });
});
