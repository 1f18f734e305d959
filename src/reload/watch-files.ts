import { map, type Observable, type SchedulerLike } from "rxjs";
import type { ProcessError } from "../errors.js";
import { followFiles } from "./follow-files.js";
import { pathBelow } from "./path-below.js";
import { createScope, type ScopeRequest } from "./watch-scope.js";

/**
 * What to watch. Plain paths are files, or directories with all below them; they may be missing and come later. Globs
 * begin where their first special character is. Always left out: `node_modules`, version control, `.drover`,
 * `__pycache__`, editors' temporary files, and `ownFiles`.
 */
export interface WatchRequest extends ScopeRequest {
  /** How long the files must be quiet before a change is told, in milliseconds; at the latest it is told after ten times that. */
  readonly debounceMs: number;
}

export interface WatchOptions {
  /** Clock and timers. */
  readonly scheduler: SchedulerLike;
  /**
   * Gets what cannot be watched, with the fix, each thing once: the rest is watched on. `NOT_PERMITTED` for a directory
   * that cannot be read, `UNSUPPORTED` where a limit of the system is reached.
   */
  readonly onProblem: (problem: ProcessError) => void;
}

/** Files that were written, added, replaced or removed together. */
export interface FileChange {
  /** The first ten in alphabetical order; relative to `cwd` where they are below it, else absolute. */
  readonly files: readonly string[];
  /** How many there are in all, at least one. */
  readonly count: number;
  /** Whether the files were never quiet: something, perhaps the process itself, writes all the time. */
  readonly isEndless: boolean;
}

/** How many files of a change are named. */
const mostNamed = 10;

/**
 * Changes of the files, counted from the moment of subscription; of more than a thousand files, from that at which each
 * was first looked at, some milliseconds later. Permissions and the time of reading are no change, a
 * new modification time is one. Cold: nothing is replayed, each subscription has a watch of its own, which unsubscribing
 * ends and which does not keep the program alive. Never completes and never errors: problems go to `onProblem`.
 */
export function watchFiles(request: WatchRequest, { scheduler, onProblem }: WatchOptions): Observable<FileChange> {
  const { cwd, debounceMs } = request;
  return followFiles(createScope(request), { debounceMs, scheduler, onProblem }).pipe(
    map(({ files, isEndless }) => ({
      files: files.slice(0, mostNamed).map((file) => describePath(file, cwd)),
      count: files.length,
      isEndless,
    })),
  );
}

function describePath(path: string, cwd: string): string {
  const below = pathBelow(cwd, path);
  return below === undefined || below === "" ? path : below;
}
