import { describe, expect, test } from "vitest";
import type { ProcessOptions } from "../../src/index.js";
import type { ManagedProcess } from "../../src/process/managed-process.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { within } from "../process/fixture.js";
import { type Scene, sceneOf } from "./scene.js";

const sleeping: FakeProgram = () => undefined;
/** A check takes 100 ms here: so long a program's last words are waited for. It is made every second. */
const liveness = { exec: { command: "alive" }, interval: "1s", failureThreshold: 3 } as const;
const readiness = { exec: { command: "ready" }, interval: "1s" } as const;

/** What the checks of a run say; it may be changed at any time. */
interface Vital {
  alive: boolean;
  ready: boolean;
}

interface VitalScene {
  readonly scene: Scene;
  readonly vital: Vital;
  /** How often it was asked whether it is alive. */
  readonly asked: () => number;
}

async function vitalScene(options: ProcessOptions = {}, program: FakeProgram = sleeping): Promise<VitalScene> {
  const vital = { alive: true, ready: true };
  const scene = await sceneOf({ liveness, ...options }, program, {
    programs: { alive: (self) => self.end(vital.alive ? 0 : 1), ready: (self) => self.end(vital.ready ? 0 : 1) },
  });
  return { scene, vital, asked: () => scene.os.processes.filter(({ request }) => request.file === "alive").length };
}

describe("a process that does not work any more", () => {
  test.each(["NEVER", "ON_FAILURE", "ALWAYS"] as const)("is replaced once, also with mode %s", async (mode) => {
    const { scene, vital } = await vitalScene({ restart: { mode } });
    await using _ = scene;
    await scene.app.start();
    await scene.os.clock.advance(20_500);
    vital.alive = false;
    await scene.os.clock.advance(2700);
    vital.alive = true;
    expect(scene.app.status).toMatchObject({ exit: { cause: "unhealthy", signal: "SIGTERM" }, desired: "up" });
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 1 });
    const reason = "its liveness check failed 3 times in a row: exit code 1";
    expect(scene.app.status.reason).toBe(`${reason}; restart 1 in 1s`);
    await scene.os.clock.advance(60_000);
    expect(scene.startsMs()).toHaveLength(2);
    expect(scene.app.status).toMatchObject({ restarts: 1, lifecycle: "running", health: "healthy" });
    expect(scene.runs()[0]?.signals).toEqual(["SIGTERM"]);
    expect((scene.app as ManagedProcess).lastCrash).toMatchObject({ failure: reason, exit: { cause: "unhealthy" } });
  });

  test("has a fresh count in its next run", async () => {
    const { scene, vital } = await vitalScene({ liveness: { ...liveness, failureThreshold: 2 } });
    await using _ = scene;
    vital.alive = false;
    await scene.app.start();
    await scene.os.clock.advance(2500);
    expect(scene.startsMs()).toEqual([0, 2100]);
    expect(scene.app.checks.liveness).toMatchObject({ failures: 1, verdict: "starting" });
    vital.alive = true;
    await scene.os.clock.advance(60_000);
    expect(scene.startsMs()).toEqual([0, 2100]);
    expect(scene.app.checks.liveness).toMatchObject({ failures: 0, verdict: "healthy" });
  });

  test("is ended by the stop ladder, and replaced after all of it", async () => {
    const options = { stop: { gracePeriod: "10s" }, restart: { backoff: { initial: 0 } } };
    const { scene, vital, asked } = await vitalScene(options, (self) => {
      self.onSignal("SIGTERM");
      self.fork((child) => child.onSignal("SIGTERM"));
    });
    await using _ = scene;
    await scene.app.start();
    await scene.os.clock.advance(5500);
    vital.alive = false;
    await scene.os.clock.advance(2700);
    const before = asked();
    expect(scene.app.status).toMatchObject({ lifecycle: "stopping" });
    vital.alive = true;
    await scene.os.clock.advance(9800);
    expect(asked(), "a process that is being ended is not asked").toBe(before);
    expect(scene.runs()).toHaveLength(2);
    await scene.os.clock.advance(200);
    const leaders = scene.runs().filter((_run, index) => index % 2 === 0);
    expect(leaders).toHaveLength(2);
    expect(leaders[0]?.signals).toEqual(["SIGTERM", "SIGCONT", "SIGKILL"]);
    expect(scene.app.status).toMatchObject({ restarts: 1, lifecycle: "running" });
  });

  test("grows its row of restarts, and is given up at the limit", async () => {
    const options = { restart: { maxRestarts: 2 }, liveness: { ...liveness, failureThreshold: 1 } };
    const { scene, vital } = await vitalScene(options);
    await using _ = scene;
    vital.alive = false;
    await scene.app.start();
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0, 1100, 3200]);
    expect(scene.app.status.supervision).toMatchObject({ kind: "gave-up" });
    expect(scene.app.status.reason).toMatch(/^its liveness check failed once: exit code 1; gave up after 2 restarts/);
  });

  test("that comes to itself before the threshold is left alone", async () => {
    const { scene, vital } = await vitalScene();
    await using _ = scene;
    await scene.app.start();
    for (let round = 0; round < 10; round++) {
      vital.alive = false;
      await scene.os.clock.advance(1950);
      vital.alive = true;
      await scene.os.clock.advance(2050);
    }
    expect(scene.startsMs()).toEqual([0]);
    expect(scene.runs()[0]?.signals).toEqual([]);
  });

  test("that ends by itself in that moment is replaced once", async () => {
    const { scene, vital } = await vitalScene({ restart: { mode: "ALWAYS" } });
    await using _ = scene;
    await scene.app.start();
    vital.alive = false;
    await scene.os.clock.advance(3099);
    scene.os.clock.schedule(() => scene.runs()[0]?.end(1), 1);
    await scene.os.clock.advance(1);
    expect(scene.app.checks).toEqual({});
    vital.alive = true;
    await scene.os.clock.advance(60_000);
    expect(scene.startsMs()).toHaveLength(2);
    expect(scene.app.status.restarts).toBe(1);
  });
});

describe("whether it is alive", () => {
  test("is asked from when it is ready, and goes on when it is not ready any more", async () => {
    const { scene, vital, asked } = await vitalScene({ readiness });
    await using _ = scene;
    vital.ready = false;
    vital.alive = false;
    const started = scene.app.start();
    await scene.os.clock.advance(20_000);
    expect(asked()).toBe(0);
    vital.ready = true;
    vital.alive = true;
    await scene.os.clock.advance(2000);
    await started;
    const first = asked();
    expect(first).toBeGreaterThan(0);
    vital.ready = false;
    await scene.os.clock.advance(10_000);
    expect(scene.app.status).toMatchObject({ ready: false, lifecycle: "running", restarts: 0 });
    expect(asked()).toBeGreaterThanOrEqual(first + 9);
    vital.alive = false;
    await scene.os.clock.advance(4000);
    expect(scene.app.status.exit).toMatchObject({ cause: "unhealthy" });
  });

  test("does not count before the end of the start period", async () => {
    const { scene, vital } = await vitalScene({ liveness: { ...liveness, startPeriod: "30s", failureThreshold: 1 } });
    await using _ = scene;
    vital.alive = false;
    await scene.app.start();
    await scene.os.clock.advance(29_500);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", health: "starting" });
    await scene.os.clock.advance(2000);
    expect(scene.app.status.exit).toMatchObject({ cause: "unhealthy" });
  });

  test("is not asked of a process that was stopped", async () => {
    const { scene, asked } = await vitalScene();
    await using _ = scene;
    await scene.app.start();
    await scene.os.clock.advance(5500);
    await scene.app.stopAndWait();
    const before = asked();
    await scene.os.clock.advance(300_000);
    expect(asked()).toBe(before);
  });
});

describe("a stop of a process that does not work any more", () => {
  test.each(["stopAndWait", "kill"] as const)("by %s sticks, before, in and after that moment", async (verb) => {
    for (const atMs of [3099, 3100, 3101, 4000, 8099, 8101]) {
      const options = { restart: { mode: "ALWAYS", backoff: { initial: 0 } } } as const;
      const { scene, vital } = await vitalScene(options, (self) => self.onSignal("SIGTERM"));
      await using _ = scene;
      await scene.app.start();
      vital.alive = false;
      const stops: Promise<unknown>[] = [];
      scene.os.clock.schedule(() => void stops.push(scene.app[verb]()), atMs);
      await scene.os.clock.advance(60_000);
      await Promise.all(stops);
      vital.alive = true;
      await scene.os.clock.advance(300_000);
      expect([atMs, scene.app.status.desired, scene.app.status.pid]).toEqual([atMs, "down", undefined]);
      expect(scene.runs().filter((run) => run.sample() !== "gone")).toEqual([]);
    }
  });

  test("by the end of the manager sticks while it is being replaced", async () => {
    const { scene, vital } = await vitalScene({ restart: { mode: "ALWAYS" } }, (self) => self.onSignal("SIGTERM"));
    await using _ = scene;
    await scene.app.start();
    vital.alive = false;
    await scene.os.clock.advance(3200);
    expect(scene.app.status.lifecycle).toBe("stopping");
    await within(scene.os, 60_000, scene.manager.close());
    expect(scene.runs().map((run) => run.sample())).toEqual(["gone"]);
  });

  test("by kill cuts short the grace period of its replacement", async () => {
    const { scene, vital } = await vitalScene({ stop: { gracePeriod: "1h" } }, (self) => self.onSignal("SIGTERM"));
    await using _ = scene;
    await scene.app.start();
    vital.alive = false;
    await scene.os.clock.advance(3200);
    await within(scene.os, 1000, scene.app.kill());
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", desired: "down" });
  });

  test.each(["start", "restart"] as const)("is not meant by %s: there is one new run", async (verb) => {
    const { scene, vital } = await vitalScene({ restart: { mode: "ALWAYS" } }, (self) => self.onSignal("SIGTERM"));
    await using _ = scene;
    await scene.app.start();
    vital.alive = false;
    await scene.os.clock.advance(3200);
    vital.alive = true;
    await within(scene.os, 10_000, scene.app[verb]());
    await scene.os.clock.advance(60_000);
    expect(scene.startsMs()).toHaveLength(2);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", desired: "up" });
  });
});
