import { basename, dirname, resolve, sep } from "node:path";
import { isNegated, nameMatcher, pathMatcher } from "./glob-paths.js";
import { isBelow, pathBelow } from "./path-below.js";

/** What is never watched below a watched path, unless the path itself lies in it. */
const directoryNames: ReadonlySet<string> = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  // A manager writes its records here when a process starts: watched, every start would be followed by a reload.
  ".drover",
  // Python writes its compiled modules here when it runs: watched, every save would be two reloads.
  "__pycache__",
]);

/** Files that editors make beside the one that is edited: vim, Emacs, Sublime Text, gedit, JetBrains. */
const editorFile = /~$|\.sw[opx]$|^\.#|^#.*#$|^4913$|^\.subl.*\.tmp$|^\.goutputstream-|___jb_(tmp|old)___$/;

export interface LeftOutRequest {
  readonly ignore: readonly string[];
  readonly cwd: string;
  readonly ownFiles: readonly string[];
}

/** What is not watched although it lies below a watched path. Paths are absolute. */
export interface LeftOut {
  /** Whether the file is left out when it is watched because of `base`. */
  file(path: string, base: string): boolean;
  /** Whether nothing below the directory is watched because of `base`. */
  directory(path: string, base: string): boolean;
}

/**
 * Puts together what is left out: version control and packages, editors' temporary files, the process' own files (with
 * what is below them and rotated ones, `out.log.1`), and `ignore`. There, as in a `.gitignore`, a pattern without a
 * slash is a name anywhere, another one a path or glob relative to `cwd`; the last one that matches decides, `!` takes
 * back; and what is in an ignored directory stays ignored.
 */
export function createLeftOut({ ignore, cwd, ownFiles }: LeftOutRequest): LeftOut {
  const isIgnored = createIgnore(ignore, cwd);
  const own = ownFiles.map((path) => resolve(cwd, path));
  const isOwn = (path: string): boolean => own.some((file) => isBelow(file, path) || path.startsWith(`${file}.`));
  const directory = (path: string, base: string): boolean => {
    const below = pathBelow(base, path) ?? "";
    return isOwn(path) || below.split(sep).some((name) => directoryNames.has(name)) || isIgnored(path, base);
  };
  const file = (path: string, base: string): boolean =>
    (path !== base && editorFile.test(basename(path))) || directory(path, base);
  return { file, directory };
}

/** Directories whose answer is kept; a program may make new ones for ever. */
const mostKnown = 10_000;

interface IgnoreRule {
  readonly isNegated: boolean;
  readonly matches: (path: string) => boolean;
}

function createIgnore(patterns: readonly string[], cwd: string): (path: string, base: string) => boolean {
  const rules = patterns.map((pattern) => parseRule(pattern, cwd));
  if (rules.length === 0) return () => false;
  const known = new Map<string, boolean>();
  const isIgnoredBelow = (path: string, root: string): boolean => {
    if (path === root || !isBelow(root, path)) return false;
    return isIgnoredDirectory(dirname(path), root) || decide(rules, path);
  };
  // Every file asks for the directories above it: each is decided once.
  const isIgnoredDirectory = (path: string, root: string): boolean => {
    const key = `${root}\0${path}`;
    const answer = known.get(key) ?? isIgnoredBelow(path, root);
    if (known.size >= mostKnown) known.clear();
    known.set(key, answer);
    return answer;
  };
  return (path, base) => isIgnoredBelow(path, rootOf(path, base, cwd));
}

/** Names above the root do not count: a project in `/srv/build` is not ignored by `build`. */
function rootOf(path: string, base: string, cwd: string): string {
  if (isBelow(cwd, path)) return cwd;
  // A path outside of cwd that is named itself can be ignored itself.
  return path === base ? dirname(base) : base;
}

/** As in a .gitignore, the last rule that matches decides. */
function decide(rules: readonly IgnoreRule[], path: string): boolean {
  const last = rules.findLast(({ matches }) => matches(path));
  return last !== undefined && !last.isNegated;
}

function parseRule(text: string, cwd: string): IgnoreRule {
  const pattern = (isNegated(text) ? text.slice(1) : text).replace(/(?<=.)\/+$/, "");
  const isName = !pattern.includes("/") && pattern !== "." && pattern !== "..";
  const ofName = nameMatcher(pattern);
  const matches = isName ? (path: string) => ofName(basename(path)) : pathMatcher(pattern, cwd);
  return { isNegated: isNegated(text), matches };
}
