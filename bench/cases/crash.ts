import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { createProcessManager, type Process, type ProcessManager } from "drover";
import { filter, firstValueFrom, map } from "rxjs";
import { withoutOutput } from "../bare-output.js";
import { type Benchmark, type Row, ratioRow } from "../row.js";
import { sleepSeconds, startSleepers } from "../sleepers.js";
import { alternate, summarise } from "../statistics.js";
import { watch } from "../watching.js";

/** From SIGKILL to the moment a subscriber knows of it. */
export const crash: Benchmark = async ({ isTiny }) => [
  await ownChild(isTiny ? 2 : 60),
  await attached(isTiny ? 2 : 20),
];

async function ownChild(rounds: number): Promise<Row> {
  await using manager = await createProcessManager();
  const samples = await alternate(rounds, { drover: () => crashHandle(manager), plain: crashChild });
  return ratioRow({ what: "crash of an own child → `terminated`, against `exit`", unit: "ms", samples });
}

async function crashHandle(manager: ProcessManager): Promise<number> {
  const child = manager.newProcess("victim", "sleep", { args: [sleepSeconds], ...withoutOutput });
  await child.start();
  const latencyMs = await kill(child);
  await manager.delete("victim");
  return latencyMs;
}

async function crashChild(): Promise<number> {
  const child = spawn("sleep", [sleepSeconds], { stdio: "ignore" });
  await once(child, "spawn");
  const ended = once(child, "exit").then(() => performance.now());
  const killedMs = performance.now();
  child.kill("SIGKILL");
  return (await ended) - killedMs;
}

async function kill({ pid, status$ }: Process): Promise<number> {
  if (pid === undefined) throw new Error("cannot happen: it was just started");
  const terminated$ = status$.pipe(
    filter(({ state }) => state === "terminated"),
    map(() => performance.now()),
  );
  const terminated = firstValueFrom(terminated$);
  const killedMs = performance.now();
  process.kill(pid, "SIGKILL");
  return (await terminated) - killedMs;
}

const periodMs = 250;

/** Kills one after the other, each a little later within the poll period than the one before. */
async function attached(count: number): Promise<Row> {
  await using sleepers = await startSleepers(count);
  await using watching = await watch(sleepers.pids, periodMs);
  const latenciesMs: number[] = [];
  for (const [index, process] of watching.manager.getAllProcesses().entries()) {
    await delay((index / count) * periodMs);
    latenciesMs.push(await kill(process));
  }
  const drover = summarise(latenciesMs);
  const what = `crash of an attached process → \`terminated\`; longest, as part of the ${periodMs} ms period`;
  return {
    what,
    unit: "ms",
    drover,
    plain: undefined,
    result: { value: drover.max / periodMs, unit: "×" },
    budget: undefined,
  };
}
