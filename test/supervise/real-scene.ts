import "../load-library.js";
import { existsSync } from "node:fs";
import { filter, firstValueFrom } from "rxjs";
import {
  createProcessManager,
  type Logger,
  type Process,
  type ProcessManager,
  type ProcessStatus,
} from "../../src/index.js";
import { hasEnvironment, readTable } from "../../src/os/node/procfs/table.js";

export const hasProcfs = existsSync("/proc/self/stat");

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A manager of real processes that looks at them often. */
export const openManager = (options: Parameters<typeof createProcessManager>[0] = {}): Promise<ProcessManager> =>
  createProcessManager({ statusPeriod: 20, logger: silent, ...options });

/** The first status that is as wanted, the present one included. */
export const statusOf = (subject: Process, isWanted: (status: ProcessStatus) => boolean): Promise<ProcessStatus> =>
  firstValueFrom(subject.status$.pipe(filter(isWanted)));

/** The error a promise rejects with; throws when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error("it has not failed");
}

/** Living processes started under this name, found by their environment. */
export async function treeOf(name: string): Promise<readonly number[]> {
  const table = await readTable();
  return table.filter(({ pid, alive }) => alive && hasEnvironment(pid, "DROVER_NAME", name)).map(({ pid }) => pid);
}

/** Options of a process that runs a JavaScript text. */
export const javascript = (text: string): { readonly args: readonly string[] } => ({ args: ["-e", text] });
