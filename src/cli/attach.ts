import { ProcessError } from "../errors.js";
import type { Terminal } from "./terminal.js";
import { withManager } from "./with-manager.js";

/** Writes down a running process under a name, so that the next manager manages it; gives the exit code. */
export async function runAttach(name: string, pid: string, stateDir: string, terminal: Terminal): Promise<number> {
  if (!/^\d+$/.test(pid))
    throw new ProcessError("NO_SUCH_PID", `${pid} is not a process id: expected a whole number from 1 up`);
  return await withManager(stateDir, terminal, async (manager) => {
    const process = await manager.attachProcess(name, Number(pid));
    terminal.out(`attached ${name} to PID ${pid} (${[process.command, ...process.args].join(" ")})`);
  });
}
