import { levels, splitPaths, type WatchedPath } from "./glob-paths.js";
import { createLeftOut, type LeftOut } from "./left-out.js";
import { isBelow, pathBelow } from "./path-below.js";

/** Which paths count. Knows the patterns, not the disk. All paths are absolute. */
export interface WatchScope {
  /** Files, directories and beginnings of globs; they may be missing. */
  readonly bases: readonly string[];
  /** Whether a change of the file counts. */
  wantsFile(path: string): boolean;
  /** Whether files in the directory, or deeper, can count. */
  coversDirectory(path: string): boolean;
  /** Whether the directory is a base or lies above one. */
  leadsToBase(path: string): boolean;
}

export interface ScopeRequest {
  /** Files, directories and globs relative to `cwd`; `!` before one takes it away. */
  readonly paths: readonly string[];
  /** Names anywhere, paths and globs relative to `cwd`. */
  readonly ignore: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** Files and directories the process or its manager writes: absolute, or relative to `cwd`. */
  readonly ownFiles: readonly string[];
}

/** The scope of a template's `watch`. */
export function createScope({ paths, ignore, cwd, ownFiles }: ScopeRequest): WatchScope {
  const { watched, excluded } = splitPaths(paths, cwd);
  // In `paths` a bare name is a path of cwd, where in `ignore` it is a name anywhere.
  const taken = excluded.map((pattern) => (pattern.includes("/") ? pattern : `./${pattern}`));
  return scopeOf(watched, createLeftOut({ ignore: [...ignore, ...taken], cwd, ownFiles }));
}

/** The files directly in one directory. */
export function flatScope(directory: string): WatchScope {
  const onlyDirect: WatchedPath = { isGlob: true, base: directory, depth: 1, matches: (below) => levels(below) === 1 };
  return scopeOf([onlyDirect], createLeftOut({ ignore: [], cwd: directory, ownFiles: [] }));
}

function scopeOf(watched: readonly WatchedPath[], leftOut: LeftOut): WatchScope {
  return {
    bases: [...new Set(watched.map(({ base }) => base))],
    wantsFile: (path) =>
      watched.some(({ base, matches }) => {
        const below = pathBelow(base, path);
        return below !== undefined && matches(below) && !leftOut.file(path, base);
      }),
    coversDirectory: (path) =>
      watched.some(({ base, depth }) => {
        const below = pathBelow(base, path);
        return below !== undefined && levels(below) < depth && !leftOut.directory(path, base);
      }),
    leadsToBase: (path) => watched.some(({ base }) => isBelow(path, base)),
  };
}
