import { mergeMap, Subscription } from "rxjs";
import type { Os } from "../os/os.js";
import { watchDirectory } from "../reload/watch-directory.js";

const debounceMs = 300;

/**
 * Calls `reload` after each change in a directory of templates; without a directory never. A call does not wait for the
 * one before: that may wait for a process which only this change makes ready.
 */
export function watchTemplates(
  directory: string | undefined,
  { backgroundScheduler: scheduler }: Os,
  reload: () => Promise<void>,
): Subscription {
  if (directory === undefined) return Subscription.EMPTY;
  return watchDirectory(directory, { scheduler, debounceMs }).pipe(mergeMap(reload)).subscribe();
}
