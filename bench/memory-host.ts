import { spawn } from "node:child_process";
import { once } from "node:events";
import { createProcessManager } from "drover";
import { withoutOutput } from "./bare-output.js";
import { sleepSeconds } from "./sleepers.js";

// A host program of its own: `memory-host.js drover|plain COUNT` starts that many processes and prints the bytes each
// of them costs. One process more is started before, so that code loaded at first use does not count.

const [kind, count] = process.argv.slice(2);
const kept: unknown[] = [];
const start = kind === "drover" ? await byDrover() : byNode;
kept.push(await start());
const before = await settledUsage();
for (let index = 0; index < Number(count); index++) kept.push(await start());
const after = await settledUsage();

const heap = ({ heapUsed, external }: NodeJS.MemoryUsage): number => heapUsed + external;
const bytes = { heap: heap(after) - heap(before), resident: after.rss - before.rss };
process.stdout.write(JSON.stringify({ heap: bytes.heap / Number(count), resident: bytes.resident / Number(count) }));
// The benchmark ends what is left, all at once; an orderly stop would only take longer.
process.exit(kept.length > 0 ? 0 : 1);

async function byDrover(): Promise<() => Promise<unknown>> {
  const manager = await createProcessManager();
  return async () => {
    const handle = manager.newProcess(`sleep-${kept.length}`, "sleep", { args: [sleepSeconds], ...withoutOutput });
    await handle.start();
    return handle;
  };
}

async function byNode(): Promise<unknown> {
  const child = spawn("sleep", [sleepSeconds], { stdio: "ignore", detached: true });
  await once(child, "spawn");
  return child;
}

async function settledUsage(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  return process.memoryUsage();
}
