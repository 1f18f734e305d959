import { concatMap, Subscription } from "rxjs";
import type { Os } from "../os/os.js";
import { watchDirectory } from "../reload/watch-directory.js";

const debounceMs = 300;

/** Calls `reload` after each change in a directory of templates, one call at a time; without a directory never. */
export function watchTemplates(
  directory: string | undefined,
  { backgroundScheduler: scheduler }: Os,
  reload: () => Promise<void>,
): Subscription {
  if (directory === undefined) return Subscription.EMPTY;
  return watchDirectory(directory, { scheduler, debounceMs }).pipe(concatMap(reload)).subscribe();
}
