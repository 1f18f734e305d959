import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import { describeTable } from "./list-table.js";
import { requireWanted, selectProcesses } from "./select-processes.js";
import type { Terminal } from "./terminal.js";

export interface ListFlags extends ClientFlags {
  readonly group?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Lists processes of a manager, all without names and a group, and with --watch again and again; gives the exit code. */
export async function runList(names: readonly string[], flags: ListFlags, terminal: Terminal): Promise<number> {
  const { group, watch = false, json = false } = flags;
  const client = connect(flags);
  const wanted = { names, group };
  if (watch) {
    const { watchList } = await import("./watch-list.js");
    return await watchList(client, wanted, { json }, terminal);
  }
  const all = await client.list();
  requireWanted(all, wanted);
  const processes = selectProcesses(all, wanted);
  if (json) terminal.out(JSON.stringify({ processes }, null, 2));
  else for (const line of describeTable(processes, terminal)) terminal.out(line);
  return exitCode.done;
}
