import { existsSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { asyncScheduler, firstValueFrom, type SchedulerLike, Subject } from "rxjs";
import { describe, expect, test } from "vitest";
import type { ProcessError } from "../../src/errors.js";
import { LogFile } from "../../src/logs/log-file.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { RotationWatch } from "../../src/logs/rotation-watch.js";
import type { Rotator } from "../../src/logs/rotator.js";
import { canMount, mountTmpfs } from "../faults/small-file-system.js";
import { LogScene, runNothing, runProgram } from "./log-scene.js";

/** Runs delayed work at once, and tells how long it would have waited. */
class DelayRecorder implements SchedulerLike {
  readonly delays = new Subject<number>();
  #run: (() => void) | undefined;

  now(): number {
    return 0;
  }

  schedule: SchedulerLike["schedule"] = (work, delayMs = 0, state) => {
    const action = asyncScheduler.schedule(() => undefined);
    this.#run = () => (work as (state: unknown) => void).call(action, state);
    this.delays.next(delayMs);
    return action;
  };

  /** Lets the time pass until the next look; resolves to the delay after it. */
  async pass(): Promise<number> {
    const next = firstValueFrom(this.delays);
    this.#run?.();
    return await next;
  }
}

class FakeRotator implements Rotator {
  readonly calls: string[] = [];
  failure: Error | undefined;
  onRotate: (maxBytes: number) => void = () => undefined;

  unfinishedPath(path: string): string {
    return `${path}.rotating`;
  }

  async recover(): Promise<void> {
    this.calls.push("recover");
  }

  async rotate(_file: LogFile, maxBytes = 0): Promise<boolean> {
    this.calls.push("rotate");
    this.onRotate(maxBytes);
    if (this.failure !== undefined) throw this.failure;
    return true;
  }
}

describe("the watch over the size of a log", () => {
  test("looks often at a log that grows, seldom at another, and rotates a full one", async () => {
    await using scene = new LogScene();
    const [scheduler, rotator, problems] = [new DelayRecorder(), new FakeRotator(), [] as ProcessError[]];
    const context = { scheduler, rotator, report: (problem: ProcessError) => problems.push(problem) };
    const watch = new RotationWatch(new LogFile(scene.path), { maxSizeBytes: 10, maxFiles: 3 }, context);
    watch.resume();
    expect(await scheduler.pass()).toBe(5000);
    writeFileSync(scene.path, "123");
    expect(await scheduler.pass()).toBe(1000);
    expect(await scheduler.pass()).toBe(5000);
    expect(rotator.calls).toEqual([]);
    writeFileSync(scene.path, "1234567890");
    expect(await scheduler.pass()).toBe(1000);
    expect(rotator.calls).toEqual(["rotate"]);
    expect(problems).toEqual([]);
    await watch.close();
  });

  test("goes on at once when the rest is too large, and not when nothing was taken away", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "x".repeat(25));
    const [scheduler, rotator] = [new DelayRecorder(), new FakeRotator()];
    const context = { scheduler, rotator, report: () => undefined };
    const watch = new RotationWatch(new LogFile(scene.path), { maxSizeBytes: 10, maxFiles: 3 }, context);
    watch.resume();
    rotator.onRotate = (maxBytes) => truncateSync(scene.path, 25 - maxBytes);
    expect(await scheduler.pass()).toBe(0);
    rotator.onRotate = () => undefined;
    expect(await scheduler.pass()).toBe(1000);
    await watch.close();
  });

  test("pauses after a failure and tells it once", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "1234567890");
    const [scheduler, rotator, problems] = [new DelayRecorder(), new FakeRotator(), [] as ProcessError[]];
    rotator.failure = new Error("ENOSPC: no space left on device, write");
    const context = { scheduler, rotator, report: (problem: ProcessError) => problems.push(problem) };
    const watch = new RotationWatch(new LogFile(scene.path), { maxSizeBytes: 10, maxFiles: 3 }, context);
    watch.resume();
    expect([await scheduler.pass(), await scheduler.pass()]).toEqual([60_000, 60_000]);
    expect(problems.map(({ message }) => message)).toEqual([
      `${scene.path}: the log is not rotated at 10 B, and goes on growing: ENOSPC: no space left on device, write; it is tried again each minute`,
    ]);
    rotator.failure = undefined;
    expect(await scheduler.pass()).toBe(1000);
    rotator.failure = new Error("ENOSPC: no space left on device, write");
    expect(await scheduler.pass()).toBe(60_000);
    expect(problems).toHaveLength(2);
    await watch.close();
  });

  test("keeps as many files as it is told, the current one included", async () => {
    await using scene = new LogScene();
    const scheduler = new DelayRecorder();
    const context = { scheduler, rotator: copyRotator(runProgram), report: () => undefined };
    const policy = { maxSizeBytes: 5000, maxFiles: 3, compress: true };
    const watch = new RotationWatch(new LogFile(scene.path), policy, context);
    watch.resume();
    for (let round = 0; round < 5; round++) {
      writeFileSync(scene.path, "x".repeat(8192), { flag: "a" });
      await scheduler.pass();
    }
    await watch.close();
    expect(readdirSync(scene.directory).sort()).toEqual(["app.log", "app.log.1", "app.log.2.gz"]);
  });

  test.skipIf(!canMount())("on a full disk leaves the log as it is", async () => {
    await using scene = new LogScene();
    using disk = mountTmpfs(`${scene.directory}/small`, "1m");
    const path = `${disk.path}/app.log`;
    writeFileSync(path, "x".repeat(700_000));
    const [scheduler, problems] = [new DelayRecorder(), [] as ProcessError[]];
    const context = {
      scheduler,
      rotator: copyRotator(runNothing),
      report: (problem: ProcessError) => problems.push(problem),
    };
    const watch = new RotationWatch(new LogFile(path), { maxSizeBytes: 10_000, maxFiles: 3 }, context);
    watch.resume();
    expect(await scheduler.pass()).toBe(60_000);
    expect(problems.map(({ code, message }) => [code, message.includes("ENOSPC")])).toEqual([["INTERNAL", true]]);
    expect(readdirSync(disk.path)).toEqual(["app.log"]);
    writeFileSync(path, "x".repeat(100_000));
    expect(await scheduler.pass()).toBe(1000);
    expect(existsSync(`${path}.1`)).toBe(true);
    await watch.close();
  });
});
