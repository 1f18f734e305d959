import { join } from "node:path";
import { ProcessError } from "../errors.js";

/** Name of the socket in a state directory. */
const socketName = "drover.sock";

/** What fits into `sun_path` on Linux, unix(7), beside the zero at its end; a longer path is cut off without a word. */
const longestPathBytes = 107;

/**
 * Where the manager of a state directory listens.
 *
 * @throws ProcessError UNSUPPORTED when the path is too long for a socket
 */
export function socketPathIn(stateDir: string): string {
  const path = join(stateDir, socketName);
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPathBytes) return path;
  throw new ProcessError(
    "UNSUPPORTED",
    `the path of the socket ${path} is ${bytes} bytes long; a socket takes at most ${longestPathBytes}: ` +
      "choose a state directory with a shorter path",
  );
}
