import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createProcessManager, type Process } from "drover";
import { filter, firstValueFrom } from "rxjs";
import { withoutOutput } from "../bare-output.js";
import { type Benchmark, ratioRow } from "../row.js";
import { sleepSeconds } from "../sleepers.js";
import { alternate } from "../statistics.js";

/** From SIGKILL to the PID of the next run, without a delay between them, against another `spawn` at `exit`. */
export const respawn: Benchmark = async ({ isTiny }) => {
  await using manager = await createProcessManager();
  const handle = manager.newProcess("phoenix", "sleep", {
    args: [sleepSeconds],
    restart: { mode: "ALWAYS", backoff: { initial: 0, max: 0 } },
    ...withoutOutput,
  });
  await handle.start();
  const plain = { child: await startPlain() };
  const samples = await alternate(isTiny ? 2 : 100, {
    drover: () => byDrover(handle),
    plain: () => byNode(plain),
  });
  plain.child.kill("SIGKILL");
  return [
    ratioRow({ what: "crash → new PID, backoff 0, against a respawn on `exit`", unit: "ms", samples, budget: 1.5 }),
  ];
};

async function byDrover({ pid, status$ }: Process): Promise<number> {
  if (pid === undefined) throw new Error("cannot happen: it runs");
  const again$ = status$.pipe(filter((status) => status.pid !== undefined && status.pid !== pid));
  const again = firstValueFrom(again$).then(() => performance.now());
  const killedMs = performance.now();
  process.kill(pid, "SIGKILL");
  return (await again) - killedMs;
}

async function byNode(holder: { child: ChildProcess }): Promise<number> {
  const ended = once(holder.child, "exit");
  const killedMs = performance.now();
  holder.child.kill("SIGKILL");
  await ended;
  holder.child = await startPlain();
  return performance.now() - killedMs;
}

async function startPlain(): Promise<ChildProcess> {
  const child = spawn("sleep", [sleepSeconds], { stdio: "ignore" });
  await once(child, "spawn");
  return child;
}
