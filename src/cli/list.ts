import { type ClientFlags, connect } from "./connect.js";
import { describeInList, listTitles } from "./describe-info.js";
import { exitCode } from "./exit-code.js";
import { layOut, type Terminal } from "./terminal.js";

export interface ListFlags extends ClientFlags {
  readonly json?: boolean;
}

/** Lists the processes of a manager; gives the exit code. */
export async function runList({ json = false, ...flags }: ListFlags, terminal: Terminal): Promise<number> {
  const processes = await connect(flags).list();
  if (json) terminal.out(JSON.stringify({ processes }, null, 2));
  else {
    const rows = processes.map((info) => describeInList(info, terminal));
    for (const line of layOut([listTitles, ...rows], terminal.width)) terminal.out(line);
  }
  return exitCode.done;
}
