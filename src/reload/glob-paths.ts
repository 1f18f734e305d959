import { resolve, sep } from "node:path";
import picomatch from "picomatch";
import { pathBelow } from "./path-below.js";

/** One thing to watch: a file, a directory with all below it, or what a glob matches below the directory it begins in. */
export interface WatchedPath {
  /** False for a plain path, which means itself and all below it. */
  readonly isGlob: boolean;
  /** Absolute, and without glob characters that mean something. */
  readonly base: string;
  /** How many levels below the base files can match: 1 for `*.ts`, Infinity for `**` and for a plain directory. */
  readonly depth: number;
  /** Whether the file at this path below the base belongs; empty stands for the base itself. */
  readonly matches: (below: string) => boolean;
}

export interface SplitPaths {
  readonly watched: readonly WatchedPath[];
  /** What the negated patterns (`!src/generated/**`) take away, to be treated like `ignore`. */
  readonly excluded: readonly string[];
}

/** Dot files are files like others: an `.env` under `src/**` counts. */
const options = { dot: true };

/** Characters that real names have, too, as in `app/[id]/page.tsx`: such a pattern also stands for its own text. */
const oftenLiteral = /[()[\]{}]/;

/**
 * The paths of a template as base directories and matchers. A pattern that begins with `!` excludes; a list of nothing
 * else means everything in `cwd` but that.
 */
export function splitPaths(paths: readonly string[], cwd: string): SplitPaths {
  const excluded = paths.filter(isNegated).map((path) => path.slice(1));
  const included = paths.filter((path) => !isNegated(path));
  const named = included.length === 0 ? ["."] : included;
  return { watched: named.flatMap((path) => splitPath(path, cwd)), excluded };
}

/** `!x`, but not `!(x|y)`, which matches names other than x and y. */
export function isNegated(pattern: string): boolean {
  return pattern.startsWith("!") && !pattern.startsWith("!(");
}

/** A test for absolute paths that are what a path or glob, relative to `cwd`, says; not for what is below a path. */
export function pathMatcher(pattern: string, cwd: string): (path: string) => boolean {
  const places = splitPath(pattern, cwd);
  return (path) =>
    places.some(({ isGlob, base, matches }) => {
      const below = pathBelow(base, path);
      return below !== undefined && (isGlob ? matches(below) : below === "");
    });
}

/** A test for names, for a pattern without a slash. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  const matches = picomatch(pattern, options);
  return (name) => name === pattern || matches(name);
}

/** How many names a path below a base has. */
export function levels(below: string): number {
  return below === "" ? 0 : below.split(sep).length;
}

function splitPath(pattern: string, cwd: string): readonly WatchedPath[] {
  const { base, glob, isGlob } = picomatch.scan(pattern);
  if (!isGlob) return [plain(resolve(cwd, unescaped(pattern)))];
  const matchesGlob = picomatch(glob, options);
  const matcher: WatchedPath = {
    isGlob: true,
    base: resolve(cwd, unescaped(base)),
    depth: depthOf(glob),
    matches: (below) => below !== "" && matchesGlob(below),
  };
  return oftenLiteral.test(pattern) ? [plain(resolve(cwd, pattern)), matcher] : [matcher];
}

function plain(base: string): WatchedPath {
  return { isGlob: false, base, depth: Number.POSITIVE_INFINITY, matches: () => true };
}

function unescaped(path: string): string {
  return path.replaceAll(/\\(.)/g, "$1");
}

/** Alternatives may hold slashes, so that their depth is not worth computing. */
function depthOf(glob: string): number {
  const isOpen = glob.includes("**") || /[({][^)}]*\//.test(glob);
  return isOpen ? Number.POSITIVE_INFINITY : glob.split("/").length;
}
