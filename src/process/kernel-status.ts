import type { KernelStatus } from "../os/kernel-status.js";
import type { AttachedChild, Os } from "../os/os.js";
import { isAlive } from "../os/os-state.js";

/** The status record of a process, or why there is none: it does not run, or the platform shows none. */
export async function readKernelStatus(
  child: AttachedChild | undefined,
  os: Os,
): Promise<KernelStatus | "gone" | "unreadable"> {
  await os.prepareSamples();
  if (child === undefined || !isAlive(child.sample())) return "gone";
  // It may end while its record is read: then there is no record, but not for want of /proc.
  return child.kernelStatus() ?? (isAlive(child.sample()) ? "unreadable" : "gone");
}
