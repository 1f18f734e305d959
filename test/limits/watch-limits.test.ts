import { firstValueFrom } from "rxjs";
import { afterAll, describe, expect, test } from "vitest";
import type { Limits } from "../../src/limits/limits.js";
import { sampleIntervalMs, watchLimits } from "../../src/limits/watch-limits.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import type { Child } from "../../src/os/os.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

const limits = (change: Partial<Limits>): Limits => ({
  maxMemoryBytes: undefined,
  maxCpuPercent: undefined,
  overMs: 10_000,
  action: "NOTIFY",
  ...change,
});

/** Watches a use that a test sets; what was told, and when. */
function watching(change: Partial<Limits>) {
  const clock = new FakeClock();
  const scene = { cpuPercent: 0, measured: 0, told: [] as string[], failing: false, clock };
  const measure = (): Promise<{ cpuPercent: number; memoryBytes: number }> => {
    scene.measured += 1;
    if (scene.failing) return Promise.reject(new Error("gone"));
    return Promise.resolve({ cpuPercent: scene.cpuPercent, memoryBytes: 0 });
  };
  const subscription = watchLimits(limits(change), measure, clock).subscribe((reason) => {
    scene.told.push(`${clock.now()} ${reason}`);
  });
  return Object.assign(scene, { [Symbol.dispose]: () => subscription.unsubscribe() });
}

describe("limits are watched", () => {
  test.each([
    [0, 250],
    [1000, 250],
    [5000, 500],
    [10_000, 1000],
    [600_000, 1000],
  ])("over %i ms: a sample every %i ms", (overMs, intervalMs) => {
    expect(sampleIntervalMs(overMs)).toBe(intervalMs);
  });

  test("and told once, when they have been exceeded long enough", async () => {
    using scene = watching({ maxCpuPercent: 150 });
    scene.cpuPercent = 187;
    await scene.clock.advance(10_999);
    expect(scene.told).toEqual([]);
    await scene.clock.advance(60_000);
    expect(scene.told).toEqual(["11000 cpu 187% of 150% for 10s"]);
  });

  test("and told again only after the use was below and exceeded them anew", async () => {
    using scene = watching({ maxCpuPercent: 150 });
    scene.cpuPercent = 187;
    await scene.clock.advance(20_000);
    scene.cpuPercent = 10;
    await scene.clock.advance(5000);
    scene.cpuPercent = 200;
    await scene.clock.advance(30_000);
    expect(scene.told).toHaveLength(1);
    scene.cpuPercent = 10;
    await scene.clock.advance(20_000);
    scene.cpuPercent = 200;
    await scene.clock.advance(30_000);
    expect(scene.told).toEqual(["11000 cpu 187% of 150% for 10s", "84000 cpu 200% of 150% for 10s"]);
  });

  test("measurements that fail are left out", async () => {
    using scene = watching({ maxCpuPercent: 150 });
    scene.cpuPercent = 187;
    await scene.clock.advance(6000);
    scene.failing = true;
    await scene.clock.advance(3000);
    scene.failing = false;
    await scene.clock.advance(2000);
    expect(scene.told).toHaveLength(1);
  });

  test("a measurement that throws at once is left out, too", async () => {
    const clock = new FakeClock();
    let measured = 0;
    const measure = (): never => {
      measured += 1;
      throw new Error("released");
    };
    const failures: unknown[] = [];
    const subscription = watchLimits(limits({ maxCpuPercent: 1 }), measure, clock).subscribe({
      error: (error) => failures.push(error),
      complete: () => failures.push("completed"),
    });
    await clock.advance(5000);
    subscription.unsubscribe();
    expect([measured, failures]).toEqual([5, []]);
  });

  test("one measurement is in flight at a time", async () => {
    const clock = new FakeClock();
    let finish: (() => void) | undefined;
    let started = 0;
    const measure = (): Promise<{ cpuPercent: number; memoryBytes: number }> => {
      started += 1;
      return new Promise((resolve) => {
        finish = () => resolve({ cpuPercent: 0, memoryBytes: 0 });
      });
    };
    const subscription = watchLimits(limits({ maxCpuPercent: 1 }), measure, clock).subscribe();
    await clock.advance(10_000);
    expect(started).toBe(1);
    finish?.();
    await clock.advance(1000);
    expect(started).toBe(2);
    subscription.unsubscribe();
  });

  test("all measure in the same moment, whenever they began", async () => {
    const clock = new FakeClock(300);
    const at: string[] = [];
    const watch = (name: string) =>
      watchLimits(
        limits({ maxCpuPercent: 1 }),
        () => {
          at.push(`${name} ${clock.now()}`);
          return Promise.resolve({ cpuPercent: 0, memoryBytes: 0 });
        },
        clock,
      ).subscribe();
    const first = watch("a");
    await clock.advance(500);
    const second = watch("b");
    await clock.advance(2300);
    first.unsubscribe();
    second.unsubscribe();
    expect(at.toSorted()).toEqual(["a 1000", "a 2000", "a 3000", "b 2000", "b 3000"]);
  });

  test("nothing is measured before somebody subscribes, after the last one left, or without a limit", async () => {
    const scene = watching({ maxCpuPercent: 1 });
    await scene.clock.advance(3000);
    scene[Symbol.dispose]();
    await scene.clock.advance(10_000);
    expect(scene.measured).toBe(3);
    using free = watching({});
    await free.clock.advance(10_000);
    expect(free.measured).toBe(0);
  });
});

describe("real processes", () => {
  const os = createNodeOs();
  afterAll(() => os.close());

  async function reasonFor(file: string, script: string, change: Partial<Limits>): Promise<string> {
    const child = await start(file, script);
    try {
      return await firstValueFrom(watchLimits(limits(change), () => child.usage({ countFiles: false }), os.scheduler));
    } finally {
      await child.signalTree("SIGKILL");
      await child.exit;
    }
  }

  function start(file: string, script: string): Promise<Child> {
    const output = { kind: "discard" } as const;
    const flag = file === "sh" ? "-c" : "-e";
    const env = { PATH: process.env["PATH"] ?? "", DROVER_ID: `limits-${Math.random()}` };
    const request = { file, args: [flag, script], cwd: "/", env, detach: false, stdin: "ignore" } as const;
    return os.spawn({ ...request, stdout: output, stderr: output });
  }

  test("memory of a child counts for its tree", async () => {
    const script = `"${process.execPath}" -e "globalThis.held = Buffer.alloc(300 << 20, 1); setInterval(() => {}, 1000)"; :`;
    const reason = await reasonFor("sh", script, { maxMemoryBytes: 200 << 20, overMs: 500 });
    expect(reason).toMatch(/^memory [23]\d\d(\.\d)? MiB of 200 MiB for 500ms$/);
  });

  test("two busy children are above what one core gives, or near it on a busy machine", async () => {
    const reason = await reasonFor("sh", "(while :; do :; done) & while :; do :; done", {
      maxCpuPercent: 5,
      overMs: 1000,
    });
    expect(reason).toMatch(/^cpu \d+% of 5% for 1s$/);
  });
});
