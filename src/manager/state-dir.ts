import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { ProcessError } from "../errors.js";
import { makeDirectory } from "../os/make-directory.js";
import type { Host, Os } from "../os/os.js";
import { ForgottenRuns } from "./forgotten-runs.js";
import { RecordStore } from "./record-store.js";
import { acquireLock, type LockHolder, type StateLock } from "./state-lock.js";

/** Where a manager keeps what outlives it. */
export interface StateDir {
  readonly records: RecordStore;
  /** What the DROVER_ID of every detached run of this state directory begins with, whichever manager started it. */
  readonly detachedToken: string;
  readonly forgotten: ForgottenRuns;
  /** Managers that held it before and ended without letting go, newest first. */
  readonly previous: readonly LockHolder[];
  /** Waits for what is being written, and lets the next manager in. */
  release(): Promise<void>;
}

/** Where a manager with this state directory has its processes write their output. */
export function logDirectoryOf(directory: string | undefined, host: Pick<Host, "cwd">): string | undefined {
  return directory === undefined ? undefined : join(inHost(directory, host), "logs");
}

/**
 * Creates the directories, for their owner only, and takes the lock.
 *
 * @throws ProcessError STATE_DIR_LOCKED, NOT_PERMITTED when nothing can be written there
 */
export async function openStateDir(
  directory: string,
  os: Os,
  warn: (message: string, error: unknown) => void,
): Promise<StateDir> {
  const path = inHost(directory, os.host);
  const recordDirectory = join(path, "processes");
  try {
    for (const made of [path, join(path, "logs"), recordDirectory]) makeDirectory(made);
    const lock = await acquireLock(path, os);
    const letGo = (): void => {
      try {
        lock.release();
      } catch (error) {
        // A disk that became read-only: the next manager sees that its holder has ended.
        warn(`the lock of ${path} could not be removed`, error);
      }
    };
    return describeHeld(path, lock, new RecordStore(recordDirectory, warn), letGo);
  } catch (error) {
    if (error instanceof ProcessError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const isRefused = code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOENT";
    const text = `the state directory ${path} cannot be used (${message}); name another one, or mend its owner and mode`;
    throw new ProcessError(isRefused ? "NOT_PERMITTED" : "INTERNAL", text, { cause: error });
  }
}

/** Fails without keeping the lock: this very program could never take it again. */
function describeHeld(path: string, lock: StateLock, records: RecordStore, letGo: () => void): StateDir {
  try {
    const detachedToken = keepToken(path);
    const release = async (): Promise<void> => {
      await records.flush();
      letGo();
    };
    return { records, forgotten: new ForgottenRuns(path), detachedToken, previous: lock.previous, release };
  } catch (error) {
    letGo();
    throw error;
  }
}

/** The token of the state directory, made by its first manager. Called only by the holder of the lock. */
function keepToken(directory: string): string {
  const path = join(directory, "token");
  const kept = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  if (/^[0-9a-f-]{36}$/.test(kept)) return kept;
  const token = randomUUID();
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, `${token}\n`, { mode: 0o600, flush: true });
  renameSync(temporary, path);
  return token;
}

/** The working directory of the host is asked for only where it is needed: it may have been removed. */
function inHost(directory: string, host: Pick<Host, "cwd">): string {
  return isAbsolute(directory) ? directory : resolve(host.cwd, directory);
}
