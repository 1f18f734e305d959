import { setTimeout as delay } from "node:timers/promises";
import { HeldDescriptors } from "../held-descriptors.js";
import { amountRow, type Benchmark } from "../row.js";
import { startSleepers } from "../sleepers.js";
import { alternate } from "../statistics.js";
import { watch } from "../watching.js";

const timesPerSecond = 4;
const periodMs = 1000 / timesPerSecond;

/** Share of one core that watching takes, with everything Node does for it: timers, garbage collection, waking up. */
export const watchShare: Benchmark = async ({ isTiny }) => {
  const count = isTiny ? 3 : 1000;
  const windowMs = isTiny ? 300 : 2000;
  await using sleepers = await startSleepers(count);
  const byDrover = async (): Promise<number> => {
    await using watching = await watch(sleepers.pids, periodMs);
    watching.requireRounds(0);
    const share = await cpuShare(windowMs);
    watching.requireRounds(windowMs / periodMs);
    return share;
  };
  const byNode = async (): Promise<number> => {
    using held = new HeldDescriptors(sleepers.pids);
    const timer = setInterval(() => held.readAll(), periodMs);
    const share = await cpuShare(windowMs);
    clearInterval(timer);
    return share;
  };
  const samples = await alternate(isTiny ? 1 : 4, { drover: byDrover, plain: byNode });
  const what = `core taken by watching ${count} at ${timesPerSecond} Hz`;
  return [amountRow({ what, unit: "%", samples, budget: 2.5 }, ({ drover }) => drover.median)];
};

/** CPU time of the whole program in percent of the time that passes. Garbage of the preparation is not part of it. */
async function cpuShare(windowMs: number): Promise<number> {
  globalThis.gc?.();
  await delay(periodMs);
  const beganMs = performance.now();
  const before = cpuMs();
  await delay(windowMs);
  return ((cpuMs() - before) * 100) / (performance.now() - beganMs);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
