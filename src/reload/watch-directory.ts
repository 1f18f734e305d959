import { resolve } from "node:path";
import { map, type Observable, type SchedulerLike } from "rxjs";
import type { ProcessError } from "../errors.js";
import { followFiles } from "./follow-files.js";
import { flatScope } from "./watch-scope.js";

export interface WatchDirectoryOptions {
  /** Clock and timers. */
  readonly scheduler: SchedulerLike;
  /** How long the files must be quiet before a change is told, in milliseconds; at the latest it is told after ten times that. */
  readonly debounceMs: number;
  /** Gets what cannot be watched, with the fix. @default problems are not told */
  readonly onProblem?: (problem: ProcessError) => void;
}

/**
 * Emits when files directly in a directory were written, added, replaced or removed; the directory may be missing and
 * come later. Cold: nothing is replayed, each subscription has a watch of its own, which unsubscribing ends and which
 * does not keep the program alive. Never completes, never errors.
 */
export function watchDirectory(path: string, options: WatchDirectoryOptions): Observable<void> {
  const { onProblem = () => undefined } = options;
  return followFiles(flatScope(resolve(path)), { ...options, onProblem }).pipe(map(() => undefined));
}
