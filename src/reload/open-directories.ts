import type { Stats } from "node:fs";
import { basename, join } from "node:path";
import type { FSWatcher } from "chokidar";

/** What the kernel said about one path; it may be about nothing that counts. */
export interface DirectoryEvent {
  readonly path: string;
  /** Whether the name came, went or was replaced; otherwise what it stands for was written. */
  readonly isEntry: boolean;
}

export interface DirectoryObserver {
  /** Called once, when all are watched. */
  ready(): void;
  event(event: DirectoryEvent): void;
  failed(cause: unknown): void;
}

/** Directories under watch. */
export interface OpenDirectories {
  /** The directories under watch now. */
  list(): readonly string[];
  /** Nothing is reported after this. */
  close(): void;
}

/**
 * Watches existing directories and the wanted ones below them, but no files: the kernel tells the writes to a file by
 * its directory, and a watch for each file is what makes 10 000 files cost 100 MB. What comes later is not added: its
 * event says that it came.
 */
export function openDirectories(
  { FSWatcher: Watcher }: typeof import("chokidar"),
  roots: readonly string[],
  wants: (directory: string) => boolean,
  observer: DirectoryObserver,
): OpenDirectories {
  const watcher: FSWatcher = new Watcher({
    // Watching does not keep a program alive. Also, chokidar shares persistent watches by path: one of a directory
    // that was removed and made again would stay on the old one.
    persistent: false,
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    ignored: (path, stats) => isIgnored(path, stats, wants),
  });
  watcher.once("ready", () => observer.ready());
  watcher.on("error", (cause) => observer.failed(cause));
  readOnce(watcher);
  watcher.on("raw", (event: string, name: string | null, details: unknown) => {
    for (const found of eventsOf(event, name, details)) observer.event(found);
  });
  watcher.add([...roots]);
  return {
    // A key alone may be a directory above a root, which is noted there without being watched.
    list: () =>
      Object.entries(watcher.getWatched()).flatMap(([parent, names]) => names.map((name) => join(parent, name))),
    close: () => {
      void watcher.close();
      // Reading that is under way may still fail, and an error nobody listens to ends the program.
      watcher.on("error", () => undefined);
    },
  };
}

/** chokidar asks before it goes into a directory: first without stats, then with them. */
function isIgnored(path: string, stats: Stats | undefined, wants: (directory: string) => boolean): boolean {
  return (stats !== undefined && !stats.isDirectory()) || !wants(path);
}

/**
 * Keeps chokidar from reading a directory again, with the status of everything in it, at each event in it: beside a log
 * that is written a thousand times a second that costs a core. A chokidar without this method only works more.
 */
function readOnce(watcher: FSWatcher): void {
  const read = new Set<string>();
  const throttle = watcher._throttle.bind(watcher);
  watcher._throttle = (action, path, timeoutMs) => {
    if (action !== "readdir") return throttle(action, path, timeoutMs);
    if (read.has(path)) return false;
    read.add(path);
    return throttle(action, path, timeoutMs);
  };
}

/** chokidar's own events are throttled, so that the second of two quick writes is lost; the raw ones are complete. */
function eventsOf(event: string, name: string | null, details: unknown): readonly DirectoryEvent[] {
  const isEntry = event === "rename";
  const { watchedPath } = details as { readonly watchedPath: string };
  if (name === null) return [{ path: watchedPath, isEntry }];
  const events: DirectoryEvent[] = [{ path: join(watchedPath, name), isEntry }];
  // The end of the watched directory itself carries its own name, as would an entry of that name in it.
  if (name === basename(watchedPath)) events.push({ path: watchedPath, isEntry });
  return events;
}
