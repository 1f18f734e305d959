import { lstatSync, readlinkSync } from "node:fs";
import { dirname, join, parse, sep } from "node:path";

/** Where a path leads to. */
export interface Trace {
  /** The path without symbolic links; nothing need be there. */
  readonly real: string;
  /** The links on the way, as paths without links before their last name. Each can be pointed elsewhere. */
  readonly links: readonly string[];
}

/** As many as Linux follows before it says ELOOP. */
const mostLinks = 40;

/** Follows the symbolic links of an absolute path, also where the end is missing, which `realpath` cannot. */
export function tracePath(path: string): Trace {
  const links: string[] = [];
  let real = parse(path).root;
  let rest = names(path);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = name === ".." ? dirname(real) : join(real, name);
    const target = links.length < mostLinks ? readLink(next) : undefined;
    if (target === undefined) {
      real = next;
    } else {
      links.push(next);
      if (target.startsWith(sep)) real = parse(target).root;
      rest = [...names(target), ...rest];
    }
  }
  return { real, links };
}

function names(path: string): string[] {
  return path.split(sep).filter((name) => name !== "" && name !== ".");
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(path) : undefined;
  } catch {
    // Not there, or above it is a file or a directory we may not search: nothing to follow.
    return undefined;
  }
}
