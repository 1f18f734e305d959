import { type Dirent, opendirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Alias, FileSnapshot } from "./file-snapshot.js";
import { isBelow } from "./path-below.js";
import { tracePath } from "./trace-path.js";
import type { WatchScope } from "./watch-scope.js";

/** A directory to read: the path it is watched under, and its path without symbolic links. */
interface Place {
  readonly named: string;
  readonly real: string;
}

/** Gets what stands in the way of reading: an error of the file system and the path. */
export type OnObstacle = (cause: unknown, path: string) => void;

/**
 * Reads what is on disk. A generator, so that the caller decides how much of it happens at a time. Its calls are
 * synchronous ones: for many small ones these take a fraction of the time of asynchronous ones.
 */
export function* walkFiles(scope: WatchScope, onObstacle: OnObstacle): Generator<void, FileSnapshot, void> {
  const walk = new FileWalk(scope, onObstacle);
  for (const base of scope.bases) {
    walk.begin(base);
    yield* walk.readAll();
  }
  return walk;
}

class FileWalk implements FileSnapshot {
  readonly files = new Map<string, string>();
  readonly directories = new Set<string>();
  readonly aliases: Alias[] = [];
  readonly waypoints = new Set<string>();
  readonly #scope: WatchScope;
  readonly #onObstacle: OnObstacle;
  readonly #pending: Place[] = [];
  readonly #seen = new Set<string>();

  constructor(scope: WatchScope, onObstacle: OnObstacle) {
    this.#scope = scope;
    this.#onObstacle = onObstacle;
  }

  begin(base: string): void {
    const { real, links } = tracePath(base);
    for (const link of links) this.waypoints.add(link);
    const stats = this.#stat(base);
    if (stats?.isDirectory() === true) {
      if (real !== base) this.aliases.push({ named: base, real });
      return this.#enter({ named: base, real });
    }
    // When it comes, or comes back, it does so in a directory above it.
    this.waypoints.add(real);
    this.#note(base, stats);
  }

  *readAll(): Generator<void, void, void> {
    for (let place = this.#pending.pop(); place !== undefined; place = this.#pending.pop()) yield* this.#read(place);
  }

  #enter(place: Place): void {
    if (this.#seen.has(place.named)) return;
    this.#seen.add(place.named);
    this.#pending.push(place);
  }

  *#read(place: Place): Generator<void, void, void> {
    // One entry after the other: a directory may have a hundred thousand of them.
    const directory = this.#attempt(place.named, () => opendirSync(place.named, { bufferSize: 256 }));
    if (directory === undefined) return;
    this.directories.add(place.real);
    try {
      yield;
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
        this.#visit(entry, place);
        yield;
      }
    } catch (cause) {
      this.#onObstacle(cause, place.named);
    } finally {
      directory.closeSync();
    }
  }

  #visit(entry: Dirent, { named, real }: Place): void {
    const place = { named: join(named, entry.name), real: join(real, entry.name) };
    if (entry.isSymbolicLink()) this.#follow(place, real);
    else if (entry.isDirectory()) this.#enterWanted(place);
    else if (entry.isFile() && this.#scope.wantsFile(place.named)) this.#note(place.named, this.#stat(place.named));
  }

  #enterWanted(place: Place): void {
    if (this.#scope.coversDirectory(place.named)) this.#enter(place);
  }

  #follow(link: Place, directory: string): void {
    const isDirectoryWanted = this.#scope.coversDirectory(link.named);
    if (!isDirectoryWanted && !this.#scope.wantsFile(link.named)) return;
    const { real, links } = tracePath(link.real);
    for (const point of links) this.waypoints.add(point);
    const stats = this.#stat(link.named);
    if (stats?.isDirectory() !== true) {
      this.waypoints.add(real);
      this.#note(link.named, stats);
    } else if (isDirectoryWanted && !isBelow(real, directory) && !this.#isRead(real)) {
      this.aliases.push({ named: link.named, real });
      this.#enter({ named: link.named, real });
    }
  }

  /** Whether the directory is read anyway, under its own path or that of another link: twice would be without end. */
  #isRead(real: string): boolean {
    const isReal = (place: Place): boolean => place.real === real;
    return this.#scope.coversDirectory(real) || this.directories.has(real) || this.#pending.some(isReal);
  }

  #note(path: string, stats: Stats | undefined): void {
    // Pipes and sockets have no content to change.
    if (stats?.isFile() !== true || !this.#scope.wantsFile(path)) return;
    // Neither the time of reading nor the permissions: who only looks at a file or makes it executable changes nothing.
    this.files.set(path, `${stats.mtimeMs} ${stats.size} ${stats.ino}`);
  }

  #stat(path: string): Stats | undefined {
    return this.#attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  }

  #attempt<T>(path: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (cause) {
      this.#onObstacle(cause, path);
      return undefined;
    }
  }
}
