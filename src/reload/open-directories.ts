import type { Stats } from "node:fs";
import { basename, join } from "node:path";
import type { FSWatcher } from "chokidar";

/** What the kernel said about one path; it may be about nothing that counts. */
export interface DirectoryEvent {
  readonly path: string;
  /** `entry`: the name came, went or was replaced; `content`: anything else; `directory`: a new one is watched now. */
  readonly kind: "entry" | "content" | "directory";
}

export interface DirectoryObserver {
  /** Called when the directories there were at the beginning are watched. */
  ready(): void;
  event(event: DirectoryEvent): void;
  failed(cause: unknown): void;
}

/** Directories under watch. */
export interface OpenDirectories {
  /** Watches more directories, and those below them that are wanted. */
  add(directories: readonly string[]): void;
  /** The directories under watch now. */
  list(): readonly string[];
  /** Nothing is reported after this. */
  close(): void;
}

/**
 * Watches existing directories and the wanted ones below them, also those that come later, but no files: the kernel
 * tells the writes to a file by its directory, and a watch for each file is what makes 10 000 files cost 100 MB.
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
    ignored: (path, stats) => isIgnored(path, stats, watcher.options.usePolling, wants),
  });
  watcher.once("ready", () => observer.ready());
  watcher.on("error", (cause) => observer.failed(cause));
  watcher.on("addDir", (path) => observer.event({ path, kind: "directory" }));
  watcher.on("raw", (event: string, name: string | null, details: unknown) => {
    for (const found of eventsOf(event, name, details)) observer.event(found);
  });
  watcher.add([...roots]);
  return {
    add: (directories) => void watcher.add([...directories]),
    list: () => Object.keys(watcher.getWatched()),
    close: () => {
      void watcher.close();
      // Reading that is under way may still fail, and an error nobody listens to ends the program.
      watcher.on("error", () => undefined);
    },
  };
}

/** chokidar asks before it goes into a directory: first without stats, then with them. */
function isIgnored(
  path: string,
  stats: Stats | undefined,
  isPolling: boolean,
  wants: (directory: string) => boolean,
): boolean {
  // Polling (CHOKIDAR_USEPOLLING, for disks that tell nothing) sees no writes by the directory: there files count.
  if (isPolling && stats?.isDirectory() !== true) return false;
  if (stats !== undefined && !stats.isDirectory()) return true;
  return !wants(path);
}

/** chokidar's own events are throttled, so that the second of two quick writes is lost; the raw ones are complete. */
function eventsOf(event: string, name: string | null, details: unknown): readonly DirectoryEvent[] {
  const kind = event === "rename" ? "entry" : "content";
  const { watchedPath } = details as { readonly watchedPath?: string };
  if (watchedPath === undefined) return name === null ? [] : [{ path: name, kind }];
  if (name === null) return [{ path: watchedPath, kind }];
  const events: DirectoryEvent[] = [{ path: join(watchedPath, name), kind }];
  // The end of the watched directory itself carries its own name, as would an entry of that name in it.
  if (name === basename(watchedPath)) events.push({ path: watchedPath, kind });
  return events;
}
