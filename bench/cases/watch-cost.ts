import { setTimeout as delay } from "node:timers/promises";
import { createNodeOs } from "drover";
import type { SchedulerAction, SchedulerLike } from "rxjs";
import { HeldDescriptors } from "../held-descriptors.js";
import { type Benchmark, type Row, ratioRow } from "../row.js";
import { startSleepers } from "../sleepers.js";
import type { Pair } from "../statistics.js";
import { watch } from "../watching.js";

const periodMs = 20;

/** CPU of looking at each process once, without the timer that wakes the program up for it. */
export const watchCost: Benchmark = async ({ isTiny }) => {
  const sizes = isTiny ? [1, 3] : [1, 100, 1000, 5000];
  await using sleepers = await startSleepers(Math.max(...sizes));
  const rows: Row[] = [];
  for (const size of sizes) {
    const samples = await measure(sleepers.pids.slice(0, size), isTiny ? 2 : 60);
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
  const backgroundScheduler = timed(os.backgroundScheduler, (ms) => {
    drover.push(perProcess(ms));
    nextPlain = setTimeout(readPlain, periodMs / 2);
  });
  await using watching = await watch(pids, periodMs, { ...os, backgroundScheduler });
  const warmUp = drover.length + rounds;
  while (plain.length < warmUp + rounds) await delay(periodMs);
  await watching.manager.close();
  clearTimeout(nextPlain);
  return { drover: drover.slice(-rounds), plain: plain.slice(-rounds) };
}

/** Adds up the time spent in scheduled work; a step that asks for a delay is the last one of its round. */
function timed(scheduler: SchedulerLike, onRound: (spentMs: number) => void): SchedulerLike {
  let spentMs = 0;
  let isOver = false;
  return {
    now: () => scheduler.now(),
    schedule<State>(work: (this: SchedulerAction<State>, state?: State) => void, delayMs?: number, state?: State) {
      isOver = delayMs !== undefined && delayMs > 0;
      const step = function (this: SchedulerAction<State>, given?: State): void {
        const beganMs = performance.now();
        work.call(this, given);
        spentMs += performance.now() - beganMs;
        if (!isOver) return;
        onRound(spentMs);
        spentMs = 0;
      };
      return scheduler.schedule(step, delayMs, state);
    },
  };
}
