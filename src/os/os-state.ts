/**
 * What the kernel says about a process. `gone`: no such process any more. `unreadable`: alive, but the kernel does
 * not let us read its state. The other words are those of the `State:` line of proc_pid_status(5).
 */
export type OsState =
  | "running"
  | "sleeping"
  | "idle"
  | "disk-sleep"
  | "stopped"
  | "tracing-stop"
  | "zombie"
  | "dead"
  | "parked"
  | "gone"
  | "unreadable";

const ended: ReadonlySet<OsState> = new Set<OsState>(["zombie", "dead", "gone"]);

/** Whether a process in this state can still do anything. A zombie cannot: it has ended and waits to be reaped. */
export function isAlive(state: OsState): boolean {
  return !ended.has(state);
}
