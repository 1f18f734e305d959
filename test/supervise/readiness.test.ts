import { describe, expect, test, vi } from "vitest";
import type { ProcessOptions, ProcessStatus } from "../../src/index.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { within } from "../process/fixture.js";
import { markedScene, type Scene, sceneOf } from "./scene.js";

const check = { exec: { command: "check" }, interval: "1s" } as const;
const sleeping: FakeProgram = () => undefined;

/** A process whose readiness check succeeds for as long as `isReady` says so. */
async function checkedScene(
  isReady: (scene: Scene) => boolean,
  { program = sleeping, ...options }: ProcessOptions & { readonly program?: FakeProgram } = {},
): Promise<Scene> {
  const scene: Scene = await sceneOf({ readiness: check, ...options }, program, {
    programs: {
      check: (self) => {
        self.write("stderr", "not yet\n");
        self.end(isReady(scene) ? 0 : 1);
      },
    },
  });
  return scene;
}

const readyFrom = (ms: number) => (scene: Scene) => scene.os.clock.now() >= ms;
const never = (): boolean => false;

/** What a promise has come to so far. */
function outcomeOf(promise: Promise<unknown>): { value: unknown } {
  const outcome = { value: "pending" as unknown };
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error: unknown) => {
      outcome.value = error;
    },
  );
  return outcome;
}

const living = ({ os }: Scene) => os.processes.filter((process) => process.sample() !== "gone");

describe("a start", () => {
  test("is done when the process is ready, and not before", async () => {
    await using scene = await checkedScene(readyFrom(5000));
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(4900);
    expect(started.value).toBe("pending");
    expect(scene.app.status).toMatchObject({ lifecycle: "running", health: "unhealthy", ready: false });
    await scene.os.clock.advance(1200);
    expect(started.value).toBeUndefined();
    expect(scene.app.status).toMatchObject({ lifecycle: "running", health: "healthy", ready: true });
    expect(scene.startsMs()).toEqual([0]);
  });

  test("finds a process that is soon ready long before its interval", async () => {
    await using scene = await checkedScene(readyFrom(300), { readiness: { ...check, interval: "1m" } });
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(800);
    expect(started.value).toBeUndefined();
  });

  test.each(["restart", "start"] as const)("by %s waits for the new run to be ready", async (verb) => {
    let readyAtMs = 0;
    await using scene = await checkedScene(({ os }) => os.clock.now() >= readyAtMs);
    await within(scene.os, 1000, scene.app.start());
    if (verb === "start") await scene.app.stopAndWait();
    readyAtMs = 4000;
    const again = outcomeOf(scene.app[verb]());
    await scene.os.clock.advance(2500);
    expect([again.value, scene.app.status.ready]).toEqual(["pending", false]);
    await scene.os.clock.advance(2000);
    expect([again.value, scene.app.status.ready]).toEqual([undefined, true]);
  });

  test("of a process that is not ready in time stops its tree, tells why, and is not tried again", async () => {
    await using scene = await checkedScene(never, {
      startTimeout: "10s",
      restart: { mode: "ALWAYS", retryAfterGivingUp: "1s" },
      program: (self) => {
        self.onSignal("SIGTERM");
        self.fork((child) => child.onSignal("SIGTERM"));
      },
    });
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(9990);
    expect(started.value).toBe("pending");
    expect(scene.runs()[0]?.signals).toEqual([]);
    await scene.os.clock.advance(5100);
    expect(started.value).toMatchObject({ code: "START_TIMEOUT", process: "app" });
    expect(String(started.value)).toContain("app: was not ready within 10s and was stopped; last check: exit code 1");
    expect(living(scene)).toEqual([]);
    expect(scene.app.status).toMatchObject({
      lifecycle: "exited",
      exit: { cause: "start-timeout" },
      supervision: { kind: "gave-up" },
      nextRestartAt: undefined,
      lastError: { code: "START_TIMEOUT" },
      ready: false,
      health: "unknown",
    });
    const before = scene.os.processes.length;
    await scene.os.clock.advance(300_000);
    expect(scene.os.processes, "neither a run nor a check").toHaveLength(before);
  });

  test("works again after it was not ready in time", async () => {
    await using scene = await checkedScene(readyFrom(15_000), { startTimeout: "10s" });
    const first = outcomeOf(scene.app.start());
    await scene.os.clock.advance(10_000);
    expect(first.value).toMatchObject({ code: "START_TIMEOUT" });
    await within(scene.os, 6000, scene.app.start());
    expect(scene.app.status).toMatchObject({ ready: true, lastError: undefined, supervision: { kind: "watching" } });
  });

  test("of a process that ends before it is ready fails at once, and is not tried again", async () => {
    await using scene = await checkedScene(never, {
      restart: { mode: "ALWAYS" },
      program: (self) => void scene.os.clock.schedule(() => self.end(7), 700),
    });
    const started = outcomeOf(scene.app.start());
    // 100 ms is what its last words are waited for.
    await scene.os.clock.advance(800);
    expect(started.value).toMatchObject({ code: "SPAWN_FAILED", process: "app" });
    expect(String(started.value)).toContain("app: ended with exit code 7 before it was ready");
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
    expect(scene.app.status).toMatchObject({ supervision: { kind: "gave-up" }, exit: { code: 7, cause: "exited" } });
  });

  test("of a missing program fails at once, and no check is made", async () => {
    await using scene = await sceneOf({ readiness: check }, undefined);
    const spawn = vi.spyOn(scene.os, "spawn");
    await expect(scene.app.start()).rejects.toMatchObject({ code: "SPAWN_FAILED" });
    await scene.os.clock.advance(300_000);
    expect(spawn).toHaveBeenCalledTimes(1);
  });

  test.each(["stop", "stopAndWait", "kill"] as const)("that waits is ended by %s", async (verb) => {
    await using scene = await checkedScene(never);
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(3000);
    const stopped = scene.app[verb]();
    await scene.os.clock.advance(100);
    await stopped;
    expect(started.value).toMatchObject({ code: "ABORTED" });
    expect(scene.app.status).toMatchObject({ desired: "down", lifecycle: "exited", supervision: { kind: "watching" } });
    await scene.os.clock.advance(300_000);
    expect(living(scene)).toEqual([]);
    expect(scene.startsMs()).toEqual([0]);
  });

  test("that waits is ended by the end of the manager", async () => {
    await using scene = await checkedScene(never, { restart: { mode: "ALWAYS" } });
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(3000);
    await within(scene.os, 1000, scene.manager.close());
    expect(started.value).toMatchObject({ code: "MANAGER_CLOSED" });
    await scene.os.clock.advance(300_000);
    expect(living(scene)).toEqual([]);
    expect(scene.startsMs()).toEqual([0]);
  });

  test("that waits is begun anew by a restart", async () => {
    await using scene = await checkedScene(readyFrom(6000));
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(3000);
    const restarted = outcomeOf(scene.app.restart());
    await scene.os.clock.advance(6000);
    expect(started.value).toMatchObject({ code: "ABORTED" });
    expect(restarted.value).toBeUndefined();
    expect(scene.startsMs()).toEqual([0, 3000]);
    expect(scene.app.status).toMatchObject({ ready: true, restarts: 1 });
  });

  test("cancelled by one of two callers goes on for the other; by both it is stopped", async () => {
    await using scene = await checkedScene(never, { restart: { mode: "ALWAYS" } });
    const [one, other] = [new AbortController(), new AbortController()];
    const first = outcomeOf(scene.app.start({ cancelSignal: one.signal }));
    const second = outcomeOf(scene.app.start({ cancelSignal: other.signal }));
    await scene.os.clock.advance(2000);
    one.abort();
    await scene.os.clock.advance(2000);
    expect(first.value).toMatchObject({ code: "ABORTED" });
    expect(second.value).toBe("pending");
    expect(scene.app.status).toMatchObject({ lifecycle: "running", desired: "up" });
    other.abort();
    await scene.os.clock.advance(1000);
    expect(second.value).toMatchObject({ code: "ABORTED" });
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", desired: "down" });
    await scene.os.clock.advance(300_000);
    expect(living(scene)).toEqual([]);
  });
});

describe("a start nobody waits for", () => {
  const programs = { check: (self) => self.end(1) } satisfies Record<string, FakeProgram>;

  test.each([
    ["ON_FAILURE", 3],
    ["ALWAYS", 3],
    ["NEVER", 1],
  ] as const)("that is not ready in time is a failure: mode %s makes %i runs in 35 s", async (mode, runs) => {
    // Told to end it does so in peace: its exit code is not what counts.
    const peaceful: FakeProgram = (self) => self.onSignal("SIGTERM", () => self.end(0));
    const options = { readiness: check, startTimeout: "10s", restart: { mode } };
    await using scene = await markedScene(options, peaceful, { programs });
    await scene.os.clock.advance(35_000);
    expect(scene.startsMs()).toEqual([0, 11_000, 23_000].slice(0, runs));
    if (runs > 1) expect(scene.app.status.restarts).toBe(2);
    else expect(scene.app.status.reason).toMatch(/^was not ready within 10s and was stopped; .*NEVER$/);
  });

  test("becomes the caller's business when a caller's start joins it", async () => {
    const options = { readiness: check, startTimeout: "10s", restart: { mode: "ALWAYS" as const } };
    await using scene = await markedScene(options, sleeping, { programs });
    await scene.os.clock.advance(5000);
    const started = outcomeOf(scene.app.start());
    await scene.os.clock.advance(5000);
    expect(started.value).toMatchObject({ code: "START_TIMEOUT" });
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
  });

  test("that ends before it is ready counts in the row of restarts", async () => {
    const options = { readiness: check, restart: { mode: "ON_FAILURE" as const } };
    await using scene = await markedScene(options, (self) => self.end(1), { programs });
    await scene.os.clock.advance(8000);
    // Each time its last words are waited for, for 100 ms.
    expect(scene.startsMs()).toEqual([0, 1100, 3200, 7300]);
  });
});

describe("a process that was ready once", () => {
  test("is unready while its check fails, and never ended for that", async () => {
    await using scene = await checkedScene(({ os }) => os.clock.now() < 10_000 || os.clock.now() >= 60_000, {
      restart: { mode: "ALWAYS" },
    });
    const statuses: ProcessStatus[] = [];
    scene.app.status$.subscribe((status) => statuses.push(status));
    await within(scene.os, 9000, scene.app.start());
    expect(scene.app.status).toMatchObject({ ready: true, health: "healthy" });
    await scene.os.clock.advance(5000);
    expect(scene.app.status).toMatchObject({ ready: false, health: "unhealthy", lifecycle: "running" });
    expect(scene.app.checks.readiness).toMatchObject({ verdict: "unhealthy", lastFailure: "exit code 1" });
    await scene.os.clock.advance(40_000);
    expect(scene.runs()[0]?.signals).toEqual([]);
    await scene.os.clock.advance(7000);
    expect(scene.app.status).toMatchObject({ ready: true, health: "healthy", restarts: 0 });
    const ready = statuses.map((status) => status.ready).filter((value, index, all) => value !== all[index - 1]);
    expect(ready).toEqual([false, true, false, true]);
  });

  test("is not ready any more the moment it has ended, and no check is left", async () => {
    await using scene = await checkedScene(() => true);
    await within(scene.os, 1000, scene.app.start());
    scene.runs()[0]?.end(0);
    await scene.os.clock.advance(0);
    expect(scene.app.status).toMatchObject({ ready: false, health: "unknown", lifecycle: "exited" });
    const checks = scene.os.processes.length;
    await scene.os.clock.advance(60_000);
    expect(scene.os.processes).toHaveLength(checks);
    expect(scene.app.checks).toEqual({});
  });
});

describe("the start of a process that was found running", () => {
  /** Attached, and ready from some moment on. */
  async function foundScene(readyAtMs: number, startTimeout = "30s") {
    const scene = await checkedScene(readyFrom(readyAtMs));
    const foreign = scene.os.addForeign("server", (self) => self.onSignal("SIGTERM", () => self.end(0)));
    const options = { readiness: check, startTimeout, command: "app" };
    const found = await scene.manager.attachProcess("server", foreign.identity.pid, options);
    return { scene, found, foreign, [Symbol.asyncDispose]: scene[Symbol.asyncDispose] };
  }

  test("is done when it is ready", async () => {
    await using it = await foundScene(5000);
    const started = outcomeOf(it.found.start());
    await it.scene.os.clock.advance(4500);
    expect(started.value).toBe("pending");
    await it.scene.os.clock.advance(2000);
    expect(started.value).toBeUndefined();
    expect(it.scene.runs()).toEqual([]);
  });

  test("leaves it alone when it is not ready in time, or the caller does not wait any longer", async () => {
    await using it = await foundScene(1e9, "10s");
    const controller = new AbortController();
    const cancelled = outcomeOf(it.found.start({ cancelSignal: controller.signal }));
    const kept = outcomeOf(it.found.start());
    await it.scene.os.clock.advance(5000);
    controller.abort();
    await it.scene.os.clock.advance(5000);
    expect(cancelled.value).toMatchObject({ code: "ABORTED" });
    expect(kept.value).toMatchObject({ code: "START_TIMEOUT", process: "server" });
    expect(it.foreign.signals).toEqual([]);
    expect(it.found.status).toMatchObject({ lifecycle: "running", desired: "up", supervision: { kind: "watching" } });
  });

  test.each(["stop", "kill"] as const)("is given up when it is ended by %s", async (verb) => {
    await using it = await foundScene(1e9);
    const started = outcomeOf(it.found.start());
    await it.scene.os.clock.advance(2000);
    const stopped = it.found[verb]();
    await it.scene.os.clock.advance(1000);
    await stopped;
    expect(started.value).toMatchObject({ code: "ABORTED", process: "server" });
    await it.scene.os.clock.advance(60_000);
    expect(it.scene.runs()).toEqual([]);
  });

  test("starts it anew when it ends before it is ready", async () => {
    await using it = await foundScene(5000);
    const started = outcomeOf(it.found.start());
    await it.scene.os.clock.advance(2000);
    it.foreign.end(1);
    await it.scene.os.clock.advance(4500);
    expect(started.value).toBeUndefined();
    expect(it.scene.startsMs()).toEqual([2000]);
    expect(it.found.status.ready).toBe(true);
  });

  test("ends with the manager", async () => {
    await using it = await foundScene(1e9);
    const started = outcomeOf(it.found.start());
    await it.scene.os.clock.advance(2000);
    await it.scene.manager.close();
    await it.scene.os.clock.advance(0);
    expect(started.value).toMatchObject({ code: "MANAGER_CLOSED" });
  });
});

describe("a check that cannot be made", () => {
  // Each is short enough, both together are not.
  const cwd = `/${"x".repeat(100)}`;
  const unix = { path: "server.sock" };
  const reason = expect.stringContaining("113 bytes long") as string;

  test("is refused before anything is spawned", async () => {
    await using scene = await sceneOf({ cwd, readiness: { unix } }, sleeping);
    await expect(scene.app.start()).rejects.toMatchObject({ code: "INVALID_TEMPLATE", message: reason });
    expect(scene.os.processes).toEqual([]);
  });

  test.each(["readiness", "liveness"] as const)(
    "as %s of a process that runs is told, and ends nobody",
    async (use) => {
      await using scene = await sceneOf({}, sleeping);
      const foreign = scene.os.addForeign("server");
      const attached = await scene.manager.attachProcess("server", foreign.identity.pid, { cwd, [use]: { unix } });
      await scene.os.clock.advance(60_000);
      expect(attached.checks[use]).toMatchObject({ verdict: "starting", lastFailure: reason });
      expect(attached.status).toMatchObject({ lifecycle: "running", health: "starting", ready: use === "liveness" });
      expect(foreign.signals).toEqual([]);
      expect(scene.told).toEqual([expect.stringContaining(`server: ${use} cannot be checked: `)]);
    },
  );
});
