import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Longer than the whole benchmark, and short enough that nothing stays for long whatever happens. */
export const sleepSeconds = "400";

/** Real processes that are not ours to reap, to be attached to. */
export interface Sleepers extends AsyncDisposable {
  readonly pids: readonly number[];
}

/** One shell's loop slows down with the square of its jobs. */
const perShell = 500;

/** Starts `count` sleeping processes through shells, each a group of its own. */
export async function startSleepers(count: number): Promise<Sleepers> {
  const counts = Array.from({ length: Math.ceil(count / perShell) }, (_, shell) => {
    return Math.min(perShell, count - shell * perShell);
  });
  const shells: ChildProcess[] = [];
  const pids: number[] = [];
  for (const wanted of counts) {
    const loop = `i=0; while [ $i -lt ${wanted} ]; do sleep ${sleepSeconds} >/dev/null & echo $!; i=$((i+1)); done; echo end; wait`;
    const shell = spawn("sh", ["-c", loop], { stdio: ["ignore", "pipe", "ignore"], detached: true });
    shells.push(shell);
    for await (const line of createInterface({ input: shell.stdout })) {
      if (line === "end") break;
      pids.push(Number(line));
    }
  }
  const end = async (shell: ChildProcess): Promise<void> => {
    // A shell ends by itself when all its jobs have.
    if (shell.pid === undefined || shell.exitCode !== null) return;
    const ended = once(shell, "exit");
    process.kill(-shell.pid, "SIGKILL");
    await ended;
  };
  return {
    pids,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(shells.map(end));
    },
  };
}
