import { describe, expect, test } from "vitest";
import type { ScheduleOptions } from "../../src/index.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { markedScene, type Scene, sceneOf } from "./scene.js";

const everyTenSeconds = { cron: "*/10 * * * * *" } as const;

/** A job that takes a while and ends with this code. */
async function jobScene(schedule: ScheduleOptions, lifeMs: number, code = 0, more: object = {}): Promise<Scene> {
  const scene: Scene = await sceneOf({ schedule, ...more }, (self) => {
    scene.os.clock.schedule(() => self.end(code), lifeMs);
  });
  return scene;
}

const endless: FakeProgram = () => undefined;

/** Outcomes of the runs so far; undefined for the one that is going on. */
const outcomes = ({ app }: Scene): readonly unknown[] => app.status.schedule?.runs.map(({ outcome }) => outcome) ?? [];

describe("a job", () => {
  test("is armed by its start and run when it is due", async () => {
    await using scene = await jobScene(everyTenSeconds, 1000);
    await scene.app.start();
    expect(scene.app.status).toMatchObject({ lifecycle: "initial", desired: "up" });
    expect(scene.app.status.schedule).toEqual({ nextRunAt: new Date(10_000), runs: [] });
    await scene.os.clock.advance(25_000);
    expect(scene.startsMs()).toEqual([10_000, 20_000]);
    expect(outcomes(scene)).toEqual(["succeeded", "succeeded"]);
    expect(scene.app.status.reason).toBe("ended with exit code 0; the job is done until its next time");
    expect(scene.app.status.schedule?.runs[0]).toMatchObject({
      dueAt: new Date(10_000),
      startedAt: new Date(10_000),
      endedAt: new Date(11_000),
      exit: { code: 0 },
    });
    expect(scene.app.status.schedule?.nextRunAt).toEqual(new Date(30_000));
  });

  test("does not run when nobody has started it, and is armed by a manager that starts it", async () => {
    await using idle = await jobScene(everyTenSeconds, 1000);
    await idle.os.clock.advance(60_000);
    expect(idle.startsMs()).toEqual([]);
    expect(idle.app.status.schedule).toBeUndefined();
    await using marked = await markedScene({ schedule: everyTenSeconds }, (self) => self.end(0));
    expect(marked.startsMs()).toEqual([]);
    await marked.os.clock.advance(10_000);
    expect(marked.startsMs()).toEqual([10_000]);
  });

  test("is not run any more once it is stopped", async () => {
    await using scene = await jobScene(everyTenSeconds, 1000);
    await scene.app.start();
    await scene.os.clock.advance(10_000);
    const stopped = scene.app.stopAndWait();
    await scene.os.clock.advance(60_000);
    await stopped;
    expect(scene.startsMs()).toEqual([10_000]);
    expect(outcomes(scene)).toEqual(["killed"]);
    expect(scene.app.status).toMatchObject({ desired: "down", schedule: { nextRunAt: undefined } });
    await scene.app.start();
    await scene.os.clock.advance(10_000);
    expect(scene.startsMs()).toEqual([10_000, 80_000]);
  });

  test("is not restarted after a success, whatever its mode", async () => {
    await using scene = await jobScene(everyTenSeconds, 100, 0, { restart: { mode: "ALWAYS" } });
    await scene.app.start();
    await scene.os.clock.advance(19_000);
    expect(scene.startsMs()).toEqual([10_000]);
  });

  test("is tried again after a failure, as its policy says, and begins a fresh row when it is due", async () => {
    const restart = { mode: "ON_FAILURE", maxRestarts: 1 };
    await using scene = await jobScene(everyTenSeconds, 100, 7, { restart });
    await scene.app.start();
    await scene.os.clock.advance(25_000);
    expect(scene.startsMs()).toEqual([10_000, 11_100, 20_000, 21_100]);
    expect(outcomes(scene)).toEqual(["failed", "failed"]);
    expect(scene.app.status.supervision.kind).toBe("gave-up");
    await scene.os.clock.advance(5000);
    expect(scene.startsMs()).toHaveLength(5);
  });

  test("that cannot be started has failed, and is tried when it is due again", async () => {
    await using scene = await sceneOf({ schedule: everyTenSeconds }, undefined);
    await scene.app.start();
    await scene.os.clock.advance(10_000);
    expect(outcomes(scene)).toEqual(["failed"]);
    scene.os.setProgram("app", (self) => self.end(0));
    await scene.os.clock.advance(10_000);
    expect(outcomes(scene)).toEqual(["failed", "succeeded"]);
  });

  test("is run now by a restart", async () => {
    await using scene = await jobScene(everyTenSeconds, 100);
    await scene.app.restart();
    await scene.os.clock.advance(1000);
    expect(scene.startsMs()).toEqual([0]);
  });
});

describe("a run that is still going on when the next one is due", () => {
  test("goes on, and the next one is skipped", async () => {
    await using scene = await jobScene(everyTenSeconds, 15_000);
    await scene.app.start();
    await scene.os.clock.advance(39_000);
    expect(scene.startsMs()).toEqual([10_000, 30_000]);
    expect(outcomes(scene)).toEqual(["succeeded", "skipped", undefined]);
  });

  test("makes room with REPLACE, as a whole tree, and that is no crash", async () => {
    const schedule = { ...everyTenSeconds, overlap: "REPLACE" } as const;
    await using scene = await sceneOf({ schedule, restart: { mode: "ALWAYS" } }, endless);
    await scene.app.start();
    await scene.os.clock.advance(35_000);
    expect(scene.startsMs()).toEqual([10_000, 20_000, 30_000]);
    expect(outcomes(scene)).toEqual(["replaced", "replaced", undefined]);
    expect(scene.app.lastCrash).toBeUndefined();
    expect(scene.app.status.restarts).toBe(0);
  });

  test("is skipped with REPLACE, too, when it takes its time to end", async () => {
    const schedule = { ...everyTenSeconds, overlap: "REPLACE" } as const;
    const stop = { gracePeriod: "12s" };
    await using scene = await sceneOf({ schedule, stop }, (self) => self.onSignal("SIGTERM"));
    await scene.app.start();
    await scene.os.clock.advance(35_000);
    // Due at 20 s, it is killed at 32 s and makes room then; what is due at 30 s is skipped.
    expect(scene.startsMs()).toEqual([10_000, 32_000]);
    expect(outcomes(scene)).toEqual(["replaced", "skipped", undefined]);
  });

  test("is ended at its longest duration", async () => {
    const schedule = { ...everyTenSeconds, maxDuration: "3s" } as const;
    await using scene = await sceneOf({ schedule, restart: { mode: "ALWAYS" } }, endless);
    await scene.app.start();
    await scene.os.clock.advance(15_000);
    expect(outcomes(scene)).toEqual(["killed"]);
    expect(scene.app.status.exit).toMatchObject({ cause: "overran" });
    expect(scene.app.status.schedule?.runs[0]?.reason).toBe("the job took longer than its longest duration, 3s");
    expect(scene.startsMs()).toEqual([10_000]);
  });
});

test("the last 20 runs are kept", async () => {
  await using scene = await jobScene(everyTenSeconds, 100);
  await scene.app.start();
  await scene.os.clock.advance(255_000);
  expect(scene.startsMs()).toHaveLength(25);
  expect(scene.app.status.schedule?.runs).toHaveLength(20);
  expect(scene.app.status.schedule?.runs.at(-1)?.dueAt).toEqual(new Date(250_000));
});

test("a run that has to wait for the leftovers of the one before is not begun twice", async () => {
  await using scene = await sceneOf({ schedule: { cron: "* * * * * *" }, stop: { gracePeriod: "5s" } }, (self) => {
    self.fork((child) => child.onSignal("SIGTERM"));
    self.end(0);
  });
  await scene.app.start();
  await scene.os.clock.advance(9500);
  // The second run is begun at 2 s and waits until the child of the first is killed at 7 s; five are skipped meanwhile.
  expect(outcomes(scene).slice(0, 8)).toEqual(["succeeded", "succeeded", ...Array(5).fill("skipped"), undefined]);
  expect(scene.app.status.lifecycle).toBe("exited");
});
