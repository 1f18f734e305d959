import { filter, firstValueFrom } from "rxjs";
import { describe, expect, test } from "vitest";
import type { ProcessStatus } from "../../src/index.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { type FakeFleet, fleetOf, readiness, type Templates } from "./fake-fleet.js";

type Condition = "STARTED" | "READY" | "EXITED" | "SUCCEEDED";

const on = (name: string, condition: Condition = "READY") => ({ dependsOn: [{ name, condition }] });
const marked = { runOnStartup: true };
const endsWith =
  (code: number): FakeProgram =>
  (self) =>
    self.end(code);

/** What a promise has come to by now. */
async function stateOf(promise: Promise<unknown>): Promise<"pending" | "resolved" | "rejected"> {
  const settled = promise.then(
    () => "resolved" as const,
    () => "rejected" as const,
  );
  return await Promise.race([settled, new Promise(setImmediate).then(() => "pending" as const)]);
}

/** Starts `api`, and lets some time pass. */
async function startApi(fleet: FakeFleet): Promise<{ readonly started: Promise<void> }> {
  const started = fleet.process("api").start();
  started.catch(() => undefined);
  await fleet.os.clock.advance(1000);
  return { started };
}

describe("a condition", () => {
  const runs: FakeProgram = () => undefined;
  const outcomes = {
    met: { lifecycle: "running", runsMore: 0 },
    "met by another run": { lifecycle: "running", runsMore: 1 },
    "waited for": { lifecycle: "starting", runsMore: 0 },
    "a failure": { lifecycle: "failed", runsMore: 1 },
  } as const;

  test.each<[Condition, string, FakeProgram, keyof typeof outcomes]>([
    ["STARTED", "runs", runs, "met"],
    ["STARTED", "has done its work", endsWith(0), "met"],
    ["STARTED", "has ended with a failure", endsWith(3), "met by another run"],
    ["READY", "runs", runs, "met"],
    ["READY", "has done its work", endsWith(0), "met"],
    ["READY", "has ended with a failure", endsWith(3), "met by another run"],
    ["EXITED", "runs", runs, "waited for"],
    ["EXITED", "has done its work", endsWith(0), "met"],
    ["EXITED", "has ended with a failure", endsWith(3), "met"],
    ["SUCCEEDED", "runs", runs, "waited for"],
    ["SUCCEEDED", "has done its work", endsWith(0), "met"],
    ["SUCCEEDED", "has ended with a failure", endsWith(3), "a failure"],
  ])("%s of a process that %s", async (condition, _what, program, outcome) => {
    await using fleet = await fleetOf({ db: {}, api: on("db", condition) }, { db: program });
    await fleet.process("db").start();
    await fleet.os.clock.advance(1000);
    const { lifecycle, runsMore } = outcomes[outcome];
    await startApi(fleet);
    expect(fleet.process("api").status.lifecycle).toBe(lifecycle);
    expect(fleet.runs("db")).toHaveLength(1 + runsMore);
  });

  test("STARTED is met by a process that is not ready yet, READY when it is, and not before", async () => {
    await using fleet = await fleetOf({
      db: { readiness: readiness("db") },
      early: on("db", "STARTED"),
      late: on("db", "READY"),
    });
    const started = fleet.manager.startAll();
    await fleet.os.clock.advance(5000);
    expect(fleet.starts()).toEqual(["db", "early"]);
    expect(fleet.process("late").status).toMatchObject({ lifecycle: "starting", reason: "waits for db to be ready" });
    fleet.ready.add("db");
    expect((await fleet.within(200, started)).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(fleet.starts()).toEqual(["db", "early", "late"]);
    expect(fleet.process("late").status.reason).toBeUndefined();
  });

  test("SUCCEEDED counts the exit codes that the template calls a success", async () => {
    await using fleet = await fleetOf(
      { db: { restart: { successExitCodes: [3] } }, api: on("db", "SUCCEEDED") },
      { db: endsWith(3) },
    );
    await fleet.within(100, fleet.process("api").start());
    expect(fleet.starts()).toEqual(["db", "api"]);
  });

  test("SUCCEEDED is met by a later try of a job that is started again", async () => {
    let tries = 0;
    const restart = { mode: "ON_FAILURE" } as const;
    await using fleet = await fleetOf(
      { migrate: { ...marked, restart }, api: { ...marked, ...on("migrate", "SUCCEEDED") } },
      { migrate: (self) => self.end(++tries < 3 ? 1 : 0) },
    );
    await fleet.os.clock.advance(2999);
    expect(fleet.starts()).toEqual(["migrate", "migrate"]);
    await fleet.os.clock.advance(1);
    expect(fleet.starts()).toEqual(["migrate", "migrate", "migrate", "api"]);
  });

  test("is not met by a process that is about to be stopped", async () => {
    await using fleet = await fleetOf(
      { db: { stop: { gracePeriod: "10s" } }, ready: on("db"), started: on("db", "STARTED") },
      { db: (self) => self.onSignal("SIGTERM", () => fleet.os.clock.schedule(() => self.end(0), 500)) },
    );
    await fleet.process("db").start();
    const restarted = fleet.process("db").restart();
    await fleet.os.clock.advance(10);
    expect(fleet.process("db").status.lifecycle).toBe("stopping");
    const starts = [fleet.process("ready").start(), fleet.process("started").start()];
    await fleet.os.clock.advance(10);
    expect(fleet.starts()).toEqual(["db"]);
    await fleet.within(1000, Promise.all([restarted, ...starts]));
    expect(fleet.starts()).toEqual(["db", "db", "ready", "started"]);
  });
});

describe("a start by hand", () => {
  test("pulls everything it depends on, each after what it depends on itself", async () => {
    await using fleet = await fleetOf({
      web: { dependsOn: [{ name: "api" }, { name: "cache" }] },
      api: on("db"),
      cache: {},
      db: { readiness: readiness("db") },
      other: {},
    });
    const started = fleet.process("web").start();
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["cache", "db"]);
    fleet.ready.add("db");
    await fleet.within(100, started);
    expect(fleet.starts()).toEqual(["cache", "db", "api", "web"]);
    expect(fleet.process("db").status.desired).toBe("up");
    expect(fleet.process("other").status.lifecycle).toBe("initial");
  });

  test("starts a dependency that was given up, is at rest, or was stopped by its user", async () => {
    for (const restart of [{ mode: "ON_FAILURE", maxRestarts: 0 }, { mode: "NEVER" }] as const) {
      let isBroken = true;
      const program: FakeProgram = (self) => (isBroken ? self.end(1) : undefined);
      await using fleet = await fleetOf({ db: { restart }, api: on("db") }, { db: program });
      await fleet.process("db").start();
      await fleet.os.clock.advance(100);
      expect(fleet.process("db").status.lifecycle).toBe("exited");
      isBroken = false;
      await fleet.within(100, fleet.process("api").start());
      expect(fleet.starts()).toEqual(["db", "db", "api"]);
    }
    await using fleet = await fleetOf({ db: {}, api: on("db") });
    await fleet.process("db").start();
    await fleet.process("db").stopAndWait();
    await fleet.within(100, fleet.process("api").start());
    expect(fleet.process("db").status.lifecycle).toBe("running");
  });

  test("starts a dependency at once that waits for its next restart", async () => {
    let isBroken = true;
    const program: FakeProgram = (self) => (isBroken ? self.end(1) : undefined);
    const restart = { mode: "ON_FAILURE", backoff: { initial: "1m", max: "1m" } } as const;
    await using fleet = await fleetOf({ db: { restart }, api: on("db") }, { db: program });
    await fleet.process("db").start();
    await fleet.os.clock.advance(100);
    expect(fleet.process("db").status.supervision.kind).toBe("waiting");
    isBroken = false;
    await fleet.within(100, fleet.process("api").start());
    expect(fleet.process("api").status.lifecycle).toBe("running");
  });

  test("starts what does not depend on each other at the same time", async () => {
    const names = ["a", "b", "c"];
    const each: Templates = Object.fromEntries(names.map((name) => [name, { readiness: readiness(name) }]));
    await using fleet = await fleetOf({ ...each, all: { dependsOn: names.map((name) => ({ name })) } });
    const started = fleet.process("all").start();
    await fleet.os.clock.advance(10);
    expect(fleet.starts()).toEqual(names);
    expect(fleet.process("all").status.reason).toBe(
      "waits for a to be ready and for b to be ready and for c to be ready",
    );
    fleet.ready.add("a").add("b");
    await fleet.os.clock.advance(200);
    expect(fleet.process("all").status.reason).toBe("waits for c to be ready");
    fleet.ready.add("c");
    await fleet.within(200, started);
    expect(fleet.starts()).toEqual([...names, "all"]);
  });

  test("that is cancelled while it waits is given up; what it has pulled runs on", async () => {
    await using fleet = await fleetOf({ db: { readiness: readiness("db") }, api: on("db") });
    const controller = new AbortController();
    const started = fleet.process("api").start({ cancelSignal: controller.signal });
    started.catch(() => undefined);
    await fleet.os.clock.advance(1000);
    controller.abort();
    await expect(fleet.within(100, started)).rejects.toMatchObject({ code: "ABORTED" });
    fleet.ready.add("db");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["db"]);
    expect(fleet.process("api").status).toMatchObject({ desired: "down", reason: undefined });
    expect(fleet.process("db").status).toMatchObject({ desired: "up", ready: true });
  });

  test("that is overtaken by a stop while it waits is given up", async () => {
    await using fleet = await fleetOf({ db: { readiness: readiness("db") }, api: on("db") });
    const started = fleet.process("api").start();
    started.catch(() => undefined);
    await fleet.os.clock.advance(1000);
    await fleet.within(100, fleet.process("api").stopAndWait());
    await expect(started).rejects.toMatchObject({ code: "ABORTED" });
    fleet.ready.add("db");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["db"]);
  });

  test("that waits when the manager is closed is told so", async () => {
    const fleet = await fleetOf({ db: { readiness: readiness("db") }, api: on("db") });
    const started = fleet.process("api").start();
    started.catch(() => undefined);
    await fleet.os.clock.advance(1000);
    await fleet[Symbol.asyncDispose]();
    await expect(started).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    expect(fleet.starts()).toEqual(["db"]);
    expect(fleet.runs("db")[0]?.sample()).toBe("gone");
  });
});

describe("a dependency that cannot be met", () => {
  const failures: readonly [string, Templates, Readonly<Record<string, FakeProgram>>, RegExp][] = [
    ["is unknown", { api: on("bd"), db: {} }, {}, /^api: there is no process named bd, on which it depends/],
    ["is disabled", { api: on("db"), db: { enabled: false } }, {}, /^api: it depends on db, which is disabled/],
    [
      "cannot be started",
      { api: on("db"), db: { command: "missing" } },
      {},
      /^api: it depends on db \(READY\), which has failed: db: cannot start "missing": no such program$/,
    ],
    [
      "ends before it is ready",
      { api: on("db"), db: { readiness: readiness("db") } },
      { db: endsWith(7) },
      /^api: it depends on db \(READY\), which has failed: db: ended with exit code 7 before it was ready/,
    ],
    [
      "is not ready in time",
      { api: on("db"), db: { readiness: readiness("db"), startTimeout: "5s" } },
      {},
      /^api: it depends on db \(READY\), which has failed: db: was not ready within 5s/,
    ],
    [
      "ends with a failure where it was to succeed",
      { api: on("db", "SUCCEEDED"), db: {} },
      { db: endsWith(7) },
      /^api: it depends on db \(SUCCEEDED\), which has failed: ended with exit code 7; its restart mode is NEVER$/,
    ],
    [
      "fails at the end of a chain",
      { web: on("api"), api: on("cache", "STARTED"), cache: on("db"), db: { command: "missing" } },
      {},
      /^web: it depends on api \(READY\), which has failed: api: it depends on cache \(STARTED\), which has failed: cache: it depends on db \(READY\), which has failed: db: cannot start "missing"/,
    ],
  ];

  test.each(failures)("because it %s fails its dependent, and says why", async (_what, templates, programs, text) => {
    await using fleet = await fleetOf(templates, programs);
    const [first = ""] = Object.keys(templates);
    const started = fleet.process(first).start();
    started.catch(() => undefined);
    await fleet.os.clock.advance(10_000);
    expect(await stateOf(started)).toBe("rejected");
    await expect(started).rejects.toMatchObject({ code: "DEPENDENCY_FAILED", process: first });
    await expect(started).rejects.toThrow(text);
    expect(fleet.runs(first)).toEqual([]);
    expect(fleet.process(first).status.lastError?.message).toMatch(text);
  });

  test("because it gives up after its restarts fails an automatic start; before that it is waited for", async () => {
    const restart = { mode: "ON_FAILURE", maxRestarts: 2 } as const;
    await using fleet = await fleetOf(
      { db: { ...marked, restart, readiness: readiness("db") }, api: { ...marked, ...on("db") } },
      { db: endsWith(1) },
    );
    await fleet.os.clock.advance(2999);
    expect(fleet.process("api").status.lifecycle).toBe("starting");
    await fleet.os.clock.advance(10);
    await fleet.until(() => fleet.process("api").status.lifecycle === "failed");
    expect(fleet.process("api").status.lastError?.message).toMatch(
      /^api: it depends on db \(READY\), which has failed: .*exit code 1/,
    );
    expect(fleet.process("api").status.lifecycle).toBe("failed");
    expect(fleet.starts()).toEqual(["db", "db", "db"]);
  });

  test("because its user stops it fails what waits for it", async () => {
    await using fleet = await fleetOf({ db: { readiness: readiness("db") }, api: on("db") });
    const { started } = await startApi(fleet);
    await fleet.within(100, fleet.process("db").stopAndWait());
    await expect(started).rejects.toMatchObject({ code: "DEPENDENCY_FAILED" });
    await expect(started).rejects.toThrow(/^api: it depends on db \(READY\), which has failed: /);
  });

  test("because it is deleted, running or starting, fails what waits for it", async () => {
    for (const program of [undefined, endsWith(1)]) {
      const restart = { mode: "ALWAYS", backoff: { initial: "1h", max: "1h" } } as const;
      const db = { readiness: readiness("db"), restart, runOnStartup: true };
      await using fleet = await fleetOf({ db, api: { ...marked, ...on("db") } }, program && { db: program });
      const failed = firstValueFrom(
        fleet.process("api").status$.pipe(filter(({ lifecycle }: ProcessStatus) => lifecycle === "failed")),
      );
      await fleet.os.clock.advance(1000);
      expect(fleet.process("api").status.lifecycle).toBe("starting");
      const deleted = fleet.manager.delete("db");
      expect((await fleet.within(100, failed)).lastError?.message).toBe(
        "api: it depends on db (READY), which has failed: it was deleted",
      );
      await deleted;
      for (const run of fleet.runs("db")) run.end(0);
    }
  });
});

describe("a circle", () => {
  test.each<[string, Templates, RegExp]>([
    ["of one", { a: on("b-1"), b: { instances: 2, ...on("b-2") } }, /a: dependsOn goes in a circle: b-2 → b-2; remove/],
    ["of two", { a: on("b"), b: on("a") }, /a: dependsOn goes in a circle: a → b → a/],
    ["behind the process", { a: on("b"), b: on("c"), c: on("b") }, /a: dependsOn goes in a circle: b → c → b/],
    [
      "through instances",
      { a: on("b"), b: { ...on("a"), instances: 2 } },
      /a: dependsOn goes in a circle: a → b-1 → a/,
    ],
  ])("%s is refused with its names", async (_what, templates, text) => {
    await using fleet = await fleetOf(templates);
    const started = fleet.process("a").start();
    await expect(fleet.within(10, started)).rejects.toMatchObject({ code: "DEPENDENCY_CYCLE", process: "a" });
    await expect(started).rejects.toThrow(text);
    expect(fleet.starts()).toEqual([]);
  });

  test("is told when the manager starts, once for each, and harms nobody else", async () => {
    await using fleet = await fleetOf({
      a: { ...on("b"), ...marked },
      b: { ...on("a"), ...marked },
      c: { ...on("c-1"), instances: 2 },
      d: marked,
    });
    const told = fleet.told.filter((text) => text.startsWith("dependsOn goes in a circle"));
    expect(told).toEqual([
      "dependsOn goes in a circle: a → b → a; remove one of these dependencies",
      "dependsOn goes in a circle: c-1 → c-1; remove one of these dependencies",
    ]);
    await fleet.os.clock.advance(60_000);
    expect(fleet.starts()).toEqual(["d"]);
    expect(fleet.process("a").status.lastError?.code).toBe("DEPENDENCY_CYCLE");
  });
});

describe("an automatic start", () => {
  test("goes in waves: each process after what it depends on, the others at once", async () => {
    const each = (name: string) => ({ ...marked, readiness: readiness(name) });
    await using fleet = await fleetOf({
      web: { ...each("web"), ...on("api") },
      api: { ...each("api"), dependsOn: [{ name: "db" }, { name: "cache" }] },
      db: each("db"),
      cache: each("cache"),
      lone: each("lone"),
    });
    await fleet.os.clock.advance(1000);
    expect(fleet.starts().toSorted()).toEqual(["cache", "db", "lone"]);
    fleet.ready.add("db");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toHaveLength(3);
    fleet.ready.add("cache");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts().slice(3)).toEqual(["api"]);
    fleet.ready.add("api");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts().slice(4)).toEqual(["web"]);
  });

  test("pulls what is not marked itself", async () => {
    await using fleet = await fleetOf({ db: {}, api: { ...marked, ...on("db") } });
    await fleet.os.clock.advance(10);
    expect(fleet.starts()).toEqual(["db", "api"]);
  });

  test("never starts what its user has stopped", async () => {
    await using fleet = await fleetOf(
      { db: {}, api: { ...on("db"), restart: { mode: "ALWAYS" } } },
      { api: (self) => self.onSignal("SIGHUP", () => self.end(1)) },
    );
    await fleet.within(10, fleet.process("api").start());
    await fleet.within(10, fleet.process("db").stopAndWait());
    fleet.runs("api")[0]?.signal("SIGHUP");
    await fleet.os.clock.advance(120_000);
    expect(fleet.starts()).toEqual(["db", "api"]);
    expect(fleet.process("api").status.lastError?.message).toBe("api: it depends on db, which was stopped");
    // It is still wanted: as soon as its user starts the other one, it comes back with its next try.
    await fleet.process("db").start();
    await fleet.os.clock.advance(30_000);
    expect(fleet.starts()).toEqual(["db", "api", "db", "api"]);
  });

  test("of a process whose dependency crashes all the time does not hold up the manager, and waits", async () => {
    const restart = { mode: "ALWAYS" } as const;
    await using fleet = await fleetOf(
      { db: { ...marked, restart, readiness: readiness("db") }, api: { ...marked, ...on("db") } },
      { db: endsWith(1) },
    );
    await fleet.os.clock.advance(3_600_000);
    expect(fleet.process("api").status).toMatchObject({ lifecycle: "starting", reason: "waits for db to be ready" });
    fleet.program("db", () => undefined);
    fleet.ready.add("db");
    await fleet.os.clock.advance(31_000);
    expect(fleet.process("api").status.lifecycle).toBe("running");
  });

  test("after a crash keeps saying why it came, when it has not had to wait", async () => {
    await using fleet = await fleetOf(
      { db: {}, api: { ...on("db"), restart: { mode: "ALWAYS" } } },
      { api: (self) => self.onSignal("SIGHUP", () => self.end(1)) },
    );
    await fleet.within(10, fleet.process("api").start());
    fleet.runs("api")[0]?.signal("SIGHUP");
    await fleet.os.clock.advance(2000);
    expect(fleet.process("api").status).toMatchObject({
      lifecycle: "running",
      reason: "ended with exit code 1; restart 1 in 1s",
    });
  });
});

describe("the crash of a dependency", () => {
  test("brings it back by its own policy, and the dependent goes on", async () => {
    await using fleet = await fleetOf({ db: { restart: { mode: "ALWAYS" } }, api: on("db") });
    await fleet.within(10, fleet.process("api").start());
    fleet.runs("db")[0]?.signal("SIGKILL");
    await fleet.os.clock.advance(1000);
    expect(fleet.starts()).toEqual(["db", "api", "db"]);
    expect(fleet.runs("api")[0]?.signals).toEqual([]);
    expect(fleet.process("api").status).toMatchObject({ lifecycle: "running", ready: true, restarts: 0 });
  });
});
