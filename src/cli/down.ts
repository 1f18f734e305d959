import type { ShutdownResult } from "../api/api-context.js";
import type { Client } from "../api/client.js";
import type { ProcessInfo } from "../api/process-info.js";
import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import type { Progress } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface DownFlags extends ClientFlags {
  readonly keep?: boolean;
}

/** Ends a manager and its processes; gives the exit code. */
export async function runDown({ keep = false, ...flags }: DownFlags, terminal: Terminal): Promise<number> {
  const { stopped, left } = await shutDown(connect(flags), keep, terminal);
  for (const name of stopped) terminal.out(`stopped ${name}`);
  for (const { name, pid } of left) terminal.out(`left ${name} (pid ${pid}) running`);
  terminal.out("the manager has ended");
  return exitCode.done;
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
