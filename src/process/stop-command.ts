import { firstValueFrom, from, fromEvent, merge, timer } from "rxjs";
import type { Os, SpawnRequest } from "../os/os.js";

export interface StopCommand {
  /** Program and arguments. */
  readonly command: readonly [file: string, ...args: string[]];
  /** The launch of the process it is to stop: the command runs in the same place with the same variables. */
  readonly launch: SpawnRequest;
  /** PID of the process, which the command finds in DROVER_PID. */
  readonly pid: number;
  /** Time it may take. */
  readonly timeoutMs: number;
  /** Aborted: its time is over now. */
  readonly hurried: AbortSignal;
}

/**
 * Asks a process to end by a program of its own, such as `redis-cli shutdown`. Resolves when that has ended, or was
 * killed because its time was over. Rejects when it cannot be started.
 */
export async function runStopCommand(os: Os, { command, launch, pid, timeoutMs, hurried }: StopCommand): Promise<void> {
  const [file, ...args] = command;
  const env = { ...launch.env, DROVER_PID: String(pid) };
  const child = await os.spawn({ ...launch, file, args, env, detach: false, stdin: "ignore" });
  const over = hurried.aborted ? timer(0, os.scheduler) : fromEvent(hurried, "abort");
  await firstValueFrom(merge(from(child.exit), timer(timeoutMs, os.scheduler), over));
  await child.signalTree("SIGKILL");
  await child.exit;
}
