import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createNodeOs } from "drover";
import { amountRow, type Benchmark } from "../row.js";
import { startSleepers } from "../sleepers.js";
import { alternate, summarise } from "../statistics.js";
import { cpuMs, timedScheduler } from "../timed-scheduler.js";
import { watch } from "../watching.js";

const periodMs = 250;

/**
 * Longest time a timer had to wait for its turn while everything is watched, against a program that does nothing. On a
 * busy machine that is the doing of others, which is why the CPU time of the longest turn is told, too.
 */
export const loopBlock: Benchmark = async ({ isTiny }) => {
  const count = isTiny ? 3 : 5000;
  const windowMs = isTiny ? 300 : 2000;
  await using sleepers = await startSleepers(count);
  const turnsMs: number[] = [];
  const whileWatching = async (): Promise<number> => {
    const os = createNodeOs();
    let longestMs = 0;
    const backgroundScheduler = timedScheduler(os.backgroundScheduler, cpuMs, ({ spent }) => {
      longestMs = Math.max(longestMs, spent);
    });
    await using watching = await watch(sleepers.pids, periodMs, { ...os, backgroundScheduler });
    watching.requireRounds(0);
    longestMs = 0;
    const blockMs = await longestBlock(windowMs);
    watching.requireRounds(windowMs / periodMs);
    turnsMs.push(longestMs);
    return blockMs;
  };
  const samples = await alternate(isTiny ? 1 : 3, { drover: whileWatching, plain: () => longestBlock(windowMs) });
  const watched = `${windowMs / 1000} s, ${count} watched at ${1000 / periodMs} Hz`;
  const turns = summarise(turnsMs.slice(1));
  return [
    amountRow(
      { what: `longest block of the event loop in ${watched}`, unit: "ms", samples, budget: 10 },
      ({ drover }) => drover.max,
    ),
    {
      what: `longest turn of the watcher in ${watched}: CPU time`,
      unit: "ms",
      drover: turns,
      plain: undefined,
      result: { value: turns.max, unit: "ms" },
      budget: 10,
    },
  ];
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
