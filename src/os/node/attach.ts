import { ProcessError } from "../../errors.js";
import { type Identity, sameIdentity } from "../identity.js";
import type { AttachedChild } from "../os.js";
import { isAlive } from "../os-state.js";
import { AttachedProcess } from "./attached-process.js";
import type { Inspector, Probe } from "./inspector.js";

/** Takes hold of a running process; see `Os.attach` for what it rejects with. */
export async function attachProcess(
  target: number | Identity,
  inspector: Inspector,
  runId?: string,
): Promise<AttachedChild> {
  const pid = typeof target === "number" ? target : target.pid;
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid > 0x7fffffff) {
    throw new ProcessError("NO_SUCH_PID", `${pid} is not a process id: expected a whole number from 1 up`);
  }
  // Open first, verify through what was opened: the other order could verify one process and hold the next one.
  const probe = await inspector.open(pid);
  if (probe === undefined) throw new ProcessError("NO_SUCH_PID", `no process has PID ${pid}; it may have ended`);
  try {
    verify(probe, target, inspector);
    // A group this host is in itself must not be signalled as a whole: the host would be hit too.
    const leadsGroup = inspector.processGroup(pid) === pid && inspector.processGroup(process.pid) !== pid;
    return new AttachedProcess({ probe, inspector, leadsGroup, runId, isOwn: false });
  } catch (error) {
    probe.release();
    throw error;
  }
}

function verify(probe: Probe, target: number | Identity, inspector: Inspector): void {
  const { pid } = probe.identity;
  const thread = inspector.processOfThread(pid);
  if (thread !== undefined) {
    const text = `PID ${pid} is a thread of process ${thread}; attach to ${thread} instead`;
    throw new ProcessError("NO_SUCH_PID", text);
  }
  if (typeof target !== "number" && !sameIdentity(probe.identity, target)) {
    const text = `PID ${pid} belongs to another process now: the one asked for has ended`;
    throw new ProcessError("NOT_SAME_PROCESS", text);
  }
  if (pid === process.pid) {
    throw new ProcessError("ILLEGAL_STATE", `PID ${pid} is this program itself, which cannot manage itself`);
  }
  requirePermission(pid);
  if (!isAlive(probe.sample())) throw new ProcessError("NO_SUCH_PID", `process ${pid} has ended`);
}

function requirePermission(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return;
    const text = `process ${pid} belongs to another user; run as that user or as root to manage it`;
    throw new ProcessError("NOT_PERMITTED", text, { cause: error });
  }
}
