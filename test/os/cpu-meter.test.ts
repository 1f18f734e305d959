import { expect, test } from "vitest";
import { CpuMeter } from "../../src/os/cpu-meter.js";

/** What a meter says every `stepMs` of a process that is busy until `busyUntilMs`, and idle from then on. */
function percentsOf(stepMs: number, busyUntilMs: number, untilMs: number): { atMs: number; percent: number }[] {
  const meter = new CpuMeter();
  return Array.from({ length: untilMs / stepMs + 1 }, (_, index) => {
    const atMs = index * stepMs;
    const percent = meter.add({ atMs, cpuMs: new Map([["a", Math.min(atMs, busyUntilMs)]]) }, atMs);
    return { atMs, percent };
  });
}

test.each([1, 20, 100, 250, 400, 500, 1000])("read every %i ms, it forgets what was long ago", (stepMs) => {
  const percents = percentsOf(stepMs, 5000, 10_000);
  const during = percents.filter(({ atMs }) => atMs > 0 && atMs <= 5000);
  expect(during.every(({ percent }) => percent === 100)).toBe(true);
  // Half a second, the step of the readers, and what is left between two readings that are kept.
  const after = percents.filter(({ atMs }) => atMs >= 5000 + 550 + stepMs);
  expect(after.length).toBeGreaterThan(3);
  expect(after.every(({ percent }) => percent === 0)).toBe(true);
});

test("a member that is new counts in full, and one that is gone takes nothing away", () => {
  const meter = new CpuMeter();
  expect(meter.add({ atMs: 0, cpuMs: new Map([["a", 400]]) }, 1000)).toBe(40);
  expect(meter.add({ atMs: 1000, cpuMs: new Map([["b", 300]]) }, 2000)).toBe(30);
  expect(meter.add({ atMs: 2000, cpuMs: new Map() }, 3000)).toBe(0);
});

test("nothing has passed yet", () => {
  expect(new CpuMeter().add({ atMs: 5, cpuMs: new Map([["a", 0]]) }, 0)).toBe(0);
});
