import { ProcessError } from "../errors.js";

/** The longest path that fits into `sun_path` of every supported system (unix(7): 108 bytes on Linux, 104 on macOS). */
const longestSocketPathBytes = 104;

/**
 * Refuses a socket path that no program could listen on: to be asked before anything is started.
 *
 * @param path the absolute path
 * @throws ProcessError INVALID_TEMPLATE when it is over 104 bytes long
 */
export function requireSocketPathFits(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestSocketPathBytes) return;
  throw new ProcessError(
    "INVALID_TEMPLATE",
    `unix.path: the socket path ${JSON.stringify(path)} is ${bytes} bytes long; Unix sockets take at most ` +
      `${longestSocketPathBytes}: choose a shorter path or working directory`,
  );
}
