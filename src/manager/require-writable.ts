import { ProcessError } from "../errors.js";
import type { HostStreams } from "../process/launch.js";

/** Refuses what is no stream: it would only fail when the process writes, in the middle of the host program. */
export function requireWritable(name: string, streams: Pick<HostStreams, "stdout" | "stderr">): void {
  for (const [key, stream] of Object.entries(streams)) {
    if (stream === undefined || typeof (stream as { write?: unknown } | null)?.write === "function") continue;
    const text = `${name}: ${key}: expected a Writable stream of this program; a file is named by logs.${key}`;
    throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
  }
}
