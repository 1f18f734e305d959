import { resolve } from "node:path";
import { createClientAt } from "../api/client.js";
import type { ProcessInfo } from "../api/process-info.js";
import { socketPathIn } from "../api/socket-path.js";
import { ProcessError } from "../errors.js";
import { exitCode } from "./exit-code.js";
import { defaultStateDir, findStateDir } from "./find-state-dir.js";
import type { Terminal } from "./terminal.js";
import { withManager } from "./with-manager.js";

/**
 * Has the manager that runs manage a running process under a name; where none runs, it is written down for the next one. Gives the exit
 * code.
 */
export async function runAttach(
  name: string,
  pid: string,
  stateDir: string | undefined,
  terminal: Terminal,
): Promise<number> {
  if (!/^[1-9]\d{0,9}$/.test(pid))
    throw new ProcessError("BAD_REQUEST", `${JSON.stringify(pid)} is no process id; expected a whole number from 1 up`);
  const used = stateDirOf(stateDir);
  const attached = await attachInManager(name, Number(pid), used);
  if (attached !== undefined) {
    tell(name, pid, attached, terminal);
    return exitCode.done;
  }
  return await withManager(used, terminal, async (manager) => {
    tell(name, pid, await manager.attachProcess(name, Number(pid)), terminal);
  });
}

/** Where there is none yet, it is made here. */
function stateDirOf(given: string | undefined): string {
  try {
    return findStateDir(given, process.cwd());
  } catch {
    return resolve(defaultStateDir);
  }
}

/** Undefined when no manager runs. */
async function attachInManager(name: string, pid: number, stateDir: string): Promise<ProcessInfo | undefined> {
  try {
    return await createClientAt({ socketPath: socketPathIn(stateDir) }).attach(name, pid);
  } catch (reason) {
    if (reason instanceof ProcessError && reason.code === "UNREACHABLE") return undefined;
    throw reason;
  }
}

function tell(name: string, pid: string, process: Pick<ProcessInfo, "command" | "args">, terminal: Terminal): void {
  terminal.out(`attached ${name} to PID ${pid} (${[process.command, ...process.args].join(" ")})`);
}
