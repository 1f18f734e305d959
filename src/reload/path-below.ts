import { sep } from "node:path";

/** `path` relative to `base` when it is `base` (then empty) or lies below it; otherwise undefined. Both are absolute. */
export function pathBelow(base: string, path: string): string | undefined {
  if (path === base) return "";
  const prefix = base.endsWith(sep) ? base : base + sep;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** Whether `path` is `base` or lies below it. */
export function isBelow(base: string, path: string): boolean {
  return pathBelow(base, path) !== undefined;
}
