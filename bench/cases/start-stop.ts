import { spawn } from "node:child_process";
import { once } from "node:events";
import { createProcessManager } from "drover";
import { withoutOutput } from "../bare-output.js";
import { type Benchmark, ratioRow } from "../row.js";
import { sleepSeconds } from "../sleepers.js";
import { alternate, type Pair } from "../statistics.js";

interface Times {
  readonly startMs: number;
  readonly stopMs: number;
}

/** Many processes at once: handles made and started, then all stopped, against a loop over `spawn` and `kill`. */
export const startStop: Benchmark = async ({ isTiny }) => {
  const count = isTiny ? 3 : 200;
  const times = await alternate<Times>(isTiny ? 1 : 9, { drover: () => byDrover(count), plain: () => byNode(count) });
  const pick = (key: keyof Times): Pair<readonly number[]> => {
    return { drover: times.drover.map((time) => time[key]), plain: times.plain.map((time) => time[key]) };
  };
  return [
    ratioRow({ what: `start ${count} processes`, unit: "ms", samples: pick("startMs"), budget: 1.3 }),
    ratioRow({ what: `stop ${count} processes`, unit: "ms", samples: pick("stopMs") }),
  ];
};

async function byDrover(count: number): Promise<Times> {
  await using manager = await createProcessManager();
  const beganMs = performance.now();
  const processes = Array.from({ length: count }, (_, index) => {
    return manager.newProcess(`sleep-${index}`, "sleep", { args: [sleepSeconds], ...withoutOutput });
  });
  await Promise.all(processes.map((process) => process.start()));
  const startedMs = performance.now();
  await Promise.all(processes.map((process) => process.stopAndWait()));
  return { startMs: startedMs - beganMs, stopMs: performance.now() - startedMs };
}

async function byNode(count: number): Promise<Times> {
  const beganMs = performance.now();
  const children = Array.from({ length: count }, () => spawn("sleep", [sleepSeconds], { stdio: "ignore" }));
  await Promise.all(children.map((child) => once(child, "spawn")));
  const startedMs = performance.now();
  await Promise.all(
    children.map((child) => {
      child.kill("SIGTERM");
      return once(child, "exit");
    }),
  );
  return { startMs: startedMs - beganMs, stopMs: performance.now() - startedMs };
}
