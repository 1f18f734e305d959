/**
 * Proof of which process is meant. A PID alone is reused by the kernel; a PID with the moment it started, within
 * one boot and one PID namespace, is not. Plain data: keep it as JSON and attach again with it later.
 */
export interface Identity {
  readonly pid: number;
  /** Start time in clock ticks (1/100 s) since boot, field 22 of proc_pid_stat(5); without /proc, since 1970. */
  readonly startTicks: number;
  /** Which boot of the machine, from /proc/sys/kernel/random/boot_id; without /proc, empty. */
  readonly bootId: string;
  /** Which PID namespace (a container has its own); without /proc, empty. */
  readonly pidNamespace: string;
}

/** Start times told by `ps` are in whole seconds, and their base may shift by one. */
const portableToleranceTicks = 200;

/** Whether both name the same process. */
export function sameIdentity(one: Identity, other: Identity): boolean {
  if (one.pid !== other.pid || one.bootId !== other.bootId || one.pidNamespace !== other.pidNamespace) return false;
  const apartTicks = Math.abs(one.startTicks - other.startTicks);
  return apartTicks <= (one.bootId === "" ? portableToleranceTicks : 0);
}
