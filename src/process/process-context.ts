import type { ProcessError } from "../errors.js";
import type { LogFiles } from "../logs/log-files.js";
import type { Signal } from "../os/signal.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { StatusWatcher } from "../watch/status-watcher.js";
import type { LaunchContext } from "./launch.js";

/** What a process needs of its manager. */
export interface ProcessContext extends LaunchContext {
  /** Told when a process began to run; resolves when that is written down, where that is done. */
  readonly record: (name: string) => Promise<void>;
  readonly watcher: StatusWatcher;
  /** The log files of the manager. */
  readonly logFiles: LogFiles;
  /**
   * Resolves when everything the process depends on has come as far as it must; rejects with DEPENDENCY_FAILED and
   * DEPENDENCY_CYCLE, and with the signal's reason.
   */
  readonly awaitDependencies: (
    template: ProcessTemplate,
    manner: { readonly isAutomatic: boolean },
    cancelSignal: AbortSignal,
  ) => Promise<void>;
  /** Told what went wrong beside the commands. */
  readonly warn: (message: string, error: ProcessError) => void;
}

export interface StopRequest {
  readonly signal: Signal;
  readonly gracePeriodMs: number;
}
