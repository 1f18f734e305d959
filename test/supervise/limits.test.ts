import { describe, expect, test } from "vitest";
import type { LimitOptions } from "../../src/index.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { hasProcfs, javascript, openManager, statusOf, treeOf } from "./real-scene.js";
import { type Scene, sceneOf } from "./scene.js";

/** A tree of five processes, of a mebibyte each on the fake system. */
const large: FakeProgram = (self) => {
  for (let index = 0; index < 4; index++) self.fork(() => undefined);
};

const sceneWith = (limits: LimitOptions, more: object = {}): Promise<Scene> => sceneOf({ limits, ...more }, large);

const reason = "memory 5 MiB of 4 MiB for 10s";

describe("limits of a process", () => {
  test("end its tree after the time over them, and its policy starts it again", async () => {
    await using scene = await sceneWith({ maxMemory: "4MiB" });
    await scene.app.start();
    await scene.os.clock.advance(9500);
    expect(scene.app.lastCrash).toBeUndefined();
    await scene.os.clock.advance(1600);
    expect(scene.app.lastCrash).toMatchObject({ failure: reason, exit: { cause: "over-limit" } });
    expect(scene.app.lastCrash?.decision).toBe(`${reason}; restart 1 in 1s`);
    await scene.os.clock.advance(1500);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", restarts: 1 });
  });

  test("with STOP leave it down until somebody starts it", async () => {
    await using scene = await sceneWith({ maxMemory: "4MiB", action: "STOP" }, { restart: { mode: "ALWAYS" } });
    await scene.app.start();
    await scene.os.clock.advance(100_000);
    const supervision = { kind: "gave-up", reason: `${reason}; its limits say STOP` };
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", supervision, restarts: 0 });
    await scene.app.start();
    expect(scene.app.status).toMatchObject({ lifecycle: "running", supervision: { kind: "watching" } });
  });

  test("with NOTIFY only tell, once", async () => {
    await using scene = await sceneWith({ maxMemory: "4MiB", action: "NOTIFY" });
    const reasons: (string | undefined)[] = [];
    scene.app.notifications$.subscribe((notification) => reasons.push(notification.reason));
    await scene.app.start();
    await scene.os.clock.advance(100_000);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", reason, restarts: 0 });
    expect(reasons.filter((told) => told === reason)).toHaveLength(1);
  });

  test("are not looked at any more once somebody has stopped it", async () => {
    await using scene = await sceneWith({ maxMemory: "4MiB" });
    await scene.app.start();
    await scene.os.clock.advance(9500);
    await scene.app.stopAndWait();
    await scene.os.clock.advance(100_000);
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", restarts: 0 });
    expect(scene.app.lastCrash).toBeUndefined();
  });

  test("that are not reached do nothing", async () => {
    await using scene = await sceneWith({ maxMemory: "5MiB", maxCpu: 50 });
    await scene.app.start();
    await scene.os.clock.advance(100_000);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", restarts: 0, reason: undefined });
  });
});

test("a real tree that takes too much memory is ended, children and all", async ({ skip }) => {
  if (!hasProcfs) return skip("there is no /proc to find the processes of a tree");
  const hog = `require("child_process").spawn(process.execPath, ["-e",
    "globalThis.kept = Buffer.alloc(96 * 1024 * 1024, 1); setInterval(() => {}, 1000)"], { stdio: "ignore" })`;
  await using manager = await openManager();
  const limits = { maxMemory: "150MiB", over: "500ms", action: "STOP" } as const;
  const app = manager.newProcess("hog", process.execPath, { ...javascript(hog), limits });
  await app.start();
  const { exit } = await statusOf(app, ({ supervision }) => supervision.kind === "gave-up");
  expect(exit).toMatchObject({ cause: "over-limit" });
  expect(app.status.reason).toMatch(/^memory \d+(\.\d+)? MiB of 150 MiB for 500ms; its limits say STOP$/);
  await app.stopAndWait();
  expect(await treeOf("hog")).toEqual([]);
});
