import type { TableEntry } from "../../src/os/members.js";
import { readEnvironment, readTable } from "../../src/os/node/procfs/table.js";

/** A living run of a managed process: everything that carries its DROVER_ID. */
export interface Instance {
  readonly name: string;
  readonly runId: string;
  readonly pids: readonly number[];
}

/** Living runs of these names. More than one of a name is one too many. */
export async function instancesOf(names: readonly string[]): Promise<readonly Instance[]> {
  const wanted = new Set(names);
  const pids = new Map<string, { name: string; runId: string; pids: number[] }>();
  // The leader first. Not the lowest PID: numbers come round, and what it starts may have a lower one.
  const table = [...(await readTable())].sort((one, other) => Number(leads(other)) - Number(leads(one)));
  for (const { pid, alive } of table) {
    const environment = alive ? (readEnvironment(pid) ?? []) : [];
    const name = variableOf(environment, "DROVER_NAME");
    const runId = variableOf(environment, "DROVER_ID");
    if (name === undefined || runId === undefined || !wanted.has(name)) continue;
    const instance = pids.get(runId) ?? { name, runId, pids: [] };
    instance.pids.push(pid);
    pids.set(runId, instance);
  }
  return [...pids.values()];
}

function leads({ pid, session }: TableEntry): boolean {
  return session === pid;
}

function variableOf(environment: readonly string[], name: string): string | undefined {
  return environment.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
