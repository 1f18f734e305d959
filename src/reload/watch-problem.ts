import { ProcessError } from "../errors.js";

/** A path that is not there is no problem: it may come. */
const absent: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG"]);

const fewerWatched = "or watch less (watch.paths, watch.ignore)";

/**
 * What went wrong while directories were read or watched, with the fix; undefined when it only says that something is
 * not there.
 */
export function describeWatchProblem(cause: unknown, path?: string): ProcessError | undefined {
  const { code, path: errorPath } = (cause ?? {}) as { readonly code?: string; readonly path?: string };
  const place = path ?? errorPath ?? "a directory";
  switch (code) {
    case "ENOSPC":
      return new ProcessError(
        "UNSUPPORTED",
        "watch: the system's inotify watches are used up, changes in some directories go unnoticed; " +
          `raise the limit (sysctl fs.inotify.max_user_watches=524288) ${fewerWatched}`,
        { cause },
      );
    case "EMFILE":
    case "ENFILE":
      return new ProcessError(
        "UNSUPPORTED",
        "watch: no inotify instance or file descriptor is left, changes in some directories go unnoticed; " +
          `raise the limit (sysctl fs.inotify.max_user_instances=1024, ulimit -n 65536) ${fewerWatched}`,
        { cause },
      );
    case "EACCES":
    case "EPERM":
      return new ProcessError(
        "NOT_PERMITTED",
        `watch: ${place} cannot be read, changes there go unnoticed; allow this user to read and search it, ` +
          "or leave it out (watch.ignore)",
        { cause },
      );
    default:
      return code !== undefined && absent.has(code)
        ? undefined
        : new ProcessError("INTERNAL", `watch: ${place} cannot be watched: ${String(cause)}`, { cause });
  }
}
