import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FileSnapshot } from "./file-snapshot.js";
import { isBelow, pathBelow } from "./path-below.js";
import type { WatchScope } from "./watch-scope.js";

/** Which directories have to be under watch, and which events count, as the disk was at one time. */
export class WatchLayout {
  /** Existing directories, as paths without symbolic links. */
  readonly directories: ReadonlySet<string>;
  readonly #scope: WatchScope;
  readonly #snapshot: FileSnapshot;

  constructor(scope: WatchScope, snapshot: FileSnapshot) {
    this.#scope = scope;
    this.#snapshot = snapshot;
    const above = [...snapshot.waypoints].map((path) => nearestDirectory(dirname(path)));
    this.directories = new Set([...snapshot.directories, ...above]);
  }

  /** Whether something that counts can be in the directory, now or later. */
  wants(directory: string): boolean {
    const isWanted = (name: string) => this.#scope.coversDirectory(name) || this.#scope.leadsToBase(name);
    return this.#names(directory).some(isWanted) || this.#leadsToWaypoint(directory);
  }

  /** Whether an event about the path can mean that a file that counts was changed. */
  counts(path: string): boolean {
    if (this.directories.has(path) || this.#leadsToWaypoint(path)) return true;
    return this.#names(path).some((name) => this.#scope.wantsFile(name) || this.#scope.leadsToBase(name));
  }

  #leadsToWaypoint(path: string): boolean {
    for (const waypoint of this.#snapshot.waypoints) if (isBelow(path, waypoint)) return true;
    return false;
  }

  /** The path itself and those under which it is watched because of symbolic links. */
  #names(path: string): readonly string[] {
    const linked = this.#snapshot.aliases.flatMap(({ real, named }) => {
      const below = pathBelow(real, path);
      return below === undefined ? [] : [join(named, below)];
    });
    return [path, ...linked];
  }
}

/** The directories of which none is below another one that leads to it. */
export function topmost(directories: Iterable<string>, wants: (directory: string) => boolean): readonly string[] {
  const all = new Set(directories);
  return [...all].filter((directory) => !isReached(directory, all, wants));
}

function isReached(directory: string, all: ReadonlySet<string>, wants: (directory: string) => boolean): boolean {
  for (let above = dirname(directory), last = directory; above !== last; last = above, above = dirname(above)) {
    if (all.has(above)) return true;
    if (!wants(above)) return false;
  }
  return false;
}

function nearestDirectory(path: string): string {
  const parent = dirname(path);
  return parent === path || isDirectory(path) ? path : nearestDirectory(parent);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
