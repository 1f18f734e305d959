import { spawn } from "node:child_process";
import { once } from "node:events";
import { createProcessManager } from "drover";
import { withoutOutput } from "../bare-output.js";
import { type Benchmark, ratioRow } from "../row.js";
import { sleepSeconds } from "../sleepers.js";
import { alternate } from "../statistics.js";

/** `restart()` against SIGTERM, `exit`, and another `spawn`. */
export const restart: Benchmark = async ({ isTiny }) => {
  await using manager = await createProcessManager();
  const handle = manager.newProcess("sleep", "sleep", { args: [sleepSeconds], ...withoutOutput });
  await handle.start();
  let child = spawn("sleep", [sleepSeconds], { stdio: "ignore" });
  await once(child, "spawn");

  const byNode = async (): Promise<void> => {
    child.kill("SIGTERM");
    await once(child, "exit");
    child = spawn("sleep", [sleepSeconds], { stdio: "ignore" });
    await once(child, "spawn");
  };
  const samples = await alternate(isTiny ? 1 : 40, {
    drover: () => wallMs(() => handle.restart()),
    plain: () => wallMs(byNode),
  });
  child.kill("SIGKILL");
  return [ratioRow({ what: "restart one process", unit: "ms", samples })];
};

async function wallMs(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
