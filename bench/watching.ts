import { createProcessManager, type ProcessManager } from "drover";
import { createNodeOs } from "#node-os";

/** A manager that watches, and how often it has really looked. */
export interface Watch extends AsyncDisposable {
  readonly manager: ProcessManager;
  /** Throws unless the watcher has begun at least half of `expected` rounds since the last call: else it was idle. */
  requireRounds(expected: number): void;
}

/** Watches all these processes. Disposed of, it leaves them running. */
export async function watch(pids: readonly number[], statusPeriod: number, os = createNodeOs()): Promise<Watch> {
  let rounds = 0;
  const prepareSamples = (): Promise<void> | undefined => {
    rounds += 1;
    return os.prepareSamples();
  };
  const manager = await createProcessManager({ statusPeriod, os: { ...os, prepareSamples } });
  for (const pid of pids) await manager.attachProcess(`sleep-${pid}`, pid);
  return {
    manager,
    requireRounds: (expected) => {
      if (rounds < expected / 2) throw new Error(`the watcher made ${rounds} rounds instead of ${expected}`);
      rounds = 0;
    },
    [Symbol.asyncDispose]: () => manager.close(),
  };
}
