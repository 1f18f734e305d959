import { Manager } from "../manager/manager.js";
import { createNodeOs } from "../os/node/node-os.js";
import { exitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";
import { terminalLogger } from "./terminal-logger.js";

/** Does something as the manager of a state directory, which must be free; gives the exit code. */
export async function withManager(
  stateDir: string,
  terminal: Terminal,
  work: (manager: Manager) => Promise<void>,
): Promise<number> {
  const manager = new Manager({ stateDir, logger: terminalLogger(terminal) }, createNodeOs());
  try {
    await manager.open();
    await work(manager);
    return exitCode.done;
  } finally {
    await manager.close();
  }
}
