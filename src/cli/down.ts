import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

export interface DownFlags extends ClientFlags {
  readonly keep?: boolean;
}

/** Ends a manager and its processes; gives the exit code. */
export async function runDown({ keep = false, ...flags }: DownFlags, terminal: Terminal): Promise<number> {
  const { stopped, left } = await connect(flags).shutdown({ keepsDetached: keep });
  for (const name of stopped) terminal.out(`stopped ${name}`);
  for (const { name, pid } of left) terminal.out(`left ${name} (pid ${pid}) running`);
  terminal.out("the manager has ended");
  return exitCode.done;
}
