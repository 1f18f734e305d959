import { appendFileSync, writeFileSync } from "node:fs";
import { asyncScheduler, firstValueFrom, Subject } from "rxjs";
import { describe, expect, test } from "vitest";
import { paceReads } from "../../src/logs/read-pace.js";
import { FakeClock } from "../../src/testing/fake-clock.js";
import { LogScene } from "./log-scene.js";

describe("the pace of reading", () => {
  test("is 50 ms while something is found, and a second else", async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    let isBusy = true;
    // A path that cannot be watched leaves the timer alone.
    const reads = paceReads(
      "/nonexistent/app.log",
      async () => {
        at.push(clock.now());
        return isBusy ? "all" : "nothing";
      },
      clock,
    );
    await clock.advance(120);
    expect(at).toEqual([0, 50, 100]);
    isBusy = false;
    await clock.advance(3000);
    expect(at).toEqual([0, 50, 100, 150, 1150, 2150]);
    reads.unsubscribe();
    await clock.advance(5000);
    expect(at).toHaveLength(6);
  });

  test("never has two reads at a time, and survives one that fails", async () => {
    const clock = new FakeClock();
    const running = new Subject<void>();
    let calls = 0;
    const reads = paceReads(
      "/nonexistent/app.log",
      async () => {
        calls += 1;
        if (calls === 1) await firstValueFrom(running);
        throw new Error("cannot be read");
      },
      clock,
    );
    await clock.advance(5000);
    expect(calls).toBe(1);
    running.next();
    await clock.advance(1000);
    expect(calls).toBe(2);
    reads.unsubscribe();
  });

  test("is at once when a quiet file changes, without waiting for the second", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "");
    const clock = new FakeClock();
    const read = new Subject<number>();
    let calls = 0;
    const reads = paceReads(
      scene.path,
      async () => {
        calls += 1;
        read.next(calls);
        return "nothing";
      },
      clock,
    );
    // The first read, and the one after the file began to be watched.
    await clock.advance(10);
    expect(calls).toBe(2);
    const third = firstValueFrom(read);
    appendFileSync(scene.path, "x");
    expect(await third).toBe(3);
    expect(clock.now()).toBe(10);
    reads.unsubscribe();
  });

  test("of a busy file costs no more than 20 reads a second, however often it is written", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "");
    let calls = 0;
    const enough = new Subject<void>();
    const startedAt = performance.now();
    const reads = paceReads(
      scene.path,
      async () => {
        calls += 1;
        appendFileSync(scene.path, "x");
        if (calls === 10) enough.next();
        return "all";
      },
      asyncScheduler,
    );
    await firstValueFrom(enough);
    expect(performance.now() - startedAt).toBeGreaterThan(9 * 49);
    reads.unsubscribe();
  });
});
