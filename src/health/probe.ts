import type { Observable } from "rxjs";
import type { Os, SpawnRequest } from "../os/os.js";

/**
 * Asks a process once whether it works. Resolves when it does; rejects with an Error whose message is the reason for
 * people. Aborted by the signal, it gives up, and settles once it has released what it opened (sockets, processes).
 */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** A probe that may hold something between two questions. */
export interface ProbeHandle {
  readonly ask: Probe;
  /** Emits when the next answer will differ from the last one, so that it can be asked for at once. Does not replay. */
  readonly changed$?: Observable<void>;
  /** Releases what is held between two questions. */
  close(): void;
}

/** What a probe has to know of the process it asks. */
export interface ProbeSubject {
  readonly os: Os;
  /** Working directory of the process: relative socket paths start there. */
  readonly cwd: string;
  /** Every line the process writes, from its first one on. */
  readonly lines$: Observable<string>;
  /** How the process itself was started: commands run in the same place with the same variables. May throw. */
  readonly launch: () => SpawnRequest;
  /** Whether the process or one of its tree listens on a Unix socket; undefined when that cannot be told. */
  readonly listensOn: (socketPath: string) => Promise<boolean | undefined>;
  /** What runs the script of the process, and with it the scripts of its checks; without one, `/bin/sh` does. */
  readonly interpreter?: Interpreter | undefined;
}

/** A program that runs scripts, and its arguments that stand before a script. */
export interface Interpreter {
  readonly file: string;
  readonly args: readonly string[];
}
