import { fileURLToPath } from "node:url";
import type { Terminal } from "./terminal.js";

type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;

/**
 * The first process of a container must collect every orphan, wait(2), and Node does not. Where Node can replace itself (from 22.15
 * on), a shell takes its place, which does that and starts drover anew; else there is a warning.
 */
export function leaveFirstProcess(terminal: Terminal): void {
  if (process.pid !== 1) return;
  const { execve } = process as { execve?: Execve };
  const script = fileURLToPath(new URL("./init.sh", import.meta.url));
  const env = { ...process.env, DROVER_INIT_NODE: process.execPath };
  if (execve !== undefined) execve("/bin/sh", ["sh", script, ...process.argv.slice(2)], env);
  terminal.err(
    "warning: drover is the first process of this container, and Node collects no orphans: those that end stay as zombies; " +
      "start it as `drover-init up`, or run the container with an init (`docker run --init`)",
  );
}
