import { setTimeout } from "node:timers/promises";
import type { ShutdownResult } from "../api/api-context.js";
import type { Client } from "../api/client.js";
import type { ProcessInfo } from "../api/process-info.js";
import { createNodeOs } from "../os/node/node-os.js";
import { isAlive } from "../os/os-state.js";
import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import type { Progress } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface DownFlags extends ClientFlags {
  readonly keep?: boolean;
}

/** Ends a manager and its processes; gives the exit code. */
export async function runDown({ keep = false, ...flags }: DownFlags, terminal: Terminal): Promise<number> {
  const client = connect(flags);
  const ended = await watchEnd((await client.manager()).pid);
  const { stopped, left } = await shutDown(client, keep, terminal);
  for (const name of stopped) terminal.out(`stopped ${name}`);
  for (const { name, pid } of left) terminal.out(`left ${name} (pid ${pid}) running`);
  await ended();
  terminal.out("the manager has ended");
  return exitCode.done;
}

/** A manager whose last answer has come has little left to do; one in another PID namespace is not seen from here. */
const patienceMs = 5000;
const pollMs = 10;

/** Waits for the end of the manager's program, which comes after its answer: what follows may need its port. */
async function watchEnd(pid: number): Promise<() => Promise<void>> {
  const held = await createNodeOs()
    .attach(pid)
    .catch(() => undefined);
  return async () => {
    const untilMs = performance.now() + patienceMs;
    while (held !== undefined && isAlive(held.sample()) && performance.now() < untilMs) await setTimeout(pollMs);
    held?.release();
  };
}

async function shutDown(client: Client, keepsDetached: boolean, terminal: Terminal): Promise<ShutdownResult> {
  if (terminal.progress === undefined) return await client.shutdown({ keepsDetached });
  const { withProgress } = await import("./progress.js");
  const isStopped = ({ isRunning, detach }: ProcessInfo): boolean => isRunning && !(keepsDetached && detach);
  const namesOf = (processes: readonly ProcessInfo[]): string[] => processes.filter(isStopped).map(({ name }) => name);
  const subjects = new Set(namesOf(await client.list()));
  const read = async (cancelSignal: AbortSignal): Promise<Progress> => {
    const waiting = namesOf(await client.list({ cancelSignal })).filter((name) => subjects.has(name));
    return { doing: "stopping", total: subjects.size, waiting };
  };
  return await withProgress(client.shutdown({ keepsDetached }), read, terminal);
}
