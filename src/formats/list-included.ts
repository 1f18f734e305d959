import { readdirSync, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import picomatch from "picomatch";

/**
 * The files meant by a path: the templates of a directory, the one file, or the files that fit a pattern, as glob(7) has them: `*`, `?` and
 * `[…]` in any part, which fit no slash and no dot at the beginning of a name. A relative path begins in the directory, which is no pattern
 * whatever its name. A file that does not exist is told by whoever reads it; a pattern may fit none.
 */
export function listIncluded(directory: string, path: string): readonly string[] {
  const base = isAbsolute(path) ? "/" : directory;
  const whole = resolve(directory, path);
  if (isPattern(path))
    return listFitting(
      base,
      path.split("/").filter((part) => part !== ""),
    );
  return isThere(whole, true) ? listFitting(whole, ["*.json"]) : [whole];
}

const isPattern = (text: string): boolean => /[*?[]/.test(text);

function listFitting(directory: string, [part, ...rest]: readonly string[]): readonly string[] {
  if (part === undefined) return [directory];
  const found = isPattern(part) ? namesFitting(directory, part) : [part];
  const paths = found.map((name) => join(directory, name));
  return paths.filter((path) => isThere(path, rest.length > 0)).flatMap((path) => listFitting(path, rest));
}

function namesFitting(directory: string, pattern: string): readonly string[] {
  const isMeant = picomatch(pattern.replaceAll("[!", "[^"), { nobrace: true, noextglob: true, nonegate: true });
  try {
    return readdirSync(directory)
      .filter((name) => isMeant(name))
      .sort();
  } catch {
    return [];
  }
}

function isThere(path: string, asDirectory: boolean): boolean {
  try {
    const stats = statSync(path);
    return !asDirectory || stats.isDirectory();
  } catch {
    return false;
  }
}
