import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { amountRow, type Benchmark } from "../row.js";
import { startSleepers } from "../sleepers.js";
import { alternate } from "../statistics.js";
import { watch } from "../watching.js";

const periodMs = 250;

/** Longest time a timer had to wait for its turn while everything is watched, against a program that does nothing. */
export const loopBlock: Benchmark = async ({ isTiny }) => {
  const count = isTiny ? 3 : 5000;
  const windowMs = isTiny ? 300 : 2000;
  await using sleepers = await startSleepers(count);
  const whileWatching = async (): Promise<number> => {
    await using watching = await watch(sleepers.pids, periodMs);
    watching.requireRounds(0);
    const blockMs = await longestBlock(windowMs);
    watching.requireRounds(windowMs / periodMs);
    return blockMs;
  };
  const samples = await alternate(isTiny ? 1 : 3, { drover: whileWatching, plain: () => longestBlock(windowMs) });
  const what = `longest block of the event loop in ${windowMs / 1000} s, ${count} watched at ${1000 / periodMs} Hz`;
  return [amountRow({ what, unit: "ms", samples, budget: 10 }, ({ drover }) => drover.max)];
};

const resolutionMs = 1;

async function longestBlock(windowMs: number): Promise<number> {
  globalThis.gc?.();
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  await delay(20);
  monitor.enable();
  await delay(windowMs);
  monitor.disable();
  return Math.max(0, monitor.max / 1e6 - resolutionMs);
}
