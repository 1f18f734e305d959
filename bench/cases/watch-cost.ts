import { setTimeout as delay } from "node:timers/promises";
import { createNodeOs } from "#node-os";
import { HeldDescriptors } from "../held-descriptors.js";
import { type Benchmark, type Row, ratioRow } from "../row.js";
import { startSleepers } from "../sleepers.js";
import type { Pair } from "../statistics.js";
import { timedScheduler } from "../timed-scheduler.js";
import { watch } from "../watching.js";

const periodMs = 20;
const warmUpRounds = 10;

/** CPU of looking at each process once, without the timer that wakes the program up for it. */
export const watchCost: Benchmark = async ({ isTiny }) => {
  const sizes = isTiny ? [1, 3] : [1, 100, 1000, 5000];
  await using sleepers = await startSleepers(Math.max(...sizes));
  const rows: Row[] = [];
  for (const size of sizes) {
    const samples = await measure(sleepers.pids.slice(0, size), isTiny ? 2 : 50);
    rows.push(ratioRow({ what: `one look at one of ${size} watched`, unit: "µs", samples, budget: 2 }));
  }
  return rows;
};

/** Half a period after each round of the watcher plain Node does one, so both find the caches equally cold. */
async function measure(pids: readonly number[], rounds: number): Promise<Pair<readonly number[]>> {
  using held = new HeldDescriptors(pids);
  const drover: number[] = [];
  const plain: number[] = [];
  const perProcess = (ms: number): number => (ms * 1000) / pids.length;
  const readPlain = (): void => {
    const beganMs = performance.now();
    held.readAll();
    plain.push(perProcess(performance.now() - beganMs));
  };
  const os = createNodeOs();
  let nextPlain: NodeJS.Timeout | undefined;
  let spentMs = 0;
  const backgroundScheduler = timedScheduler(os.backgroundScheduler, (step) => {
    spentMs += step.spentMs;
    if (!step.isLast) return;
    drover.push(perProcess(spentMs));
    spentMs = 0;
    nextPlain = setTimeout(readPlain, periodMs / 2);
  });
  await using watching = await watch(pids, periodMs, { ...os, backgroundScheduler });
  const warmUp = drover.length + warmUpRounds;
  while (plain.length < warmUp + rounds) await delay(periodMs);
  await watching.manager.close();
  clearTimeout(nextPlain);
  return { drover: drover.slice(-rounds), plain: plain.slice(-rounds) };
}
