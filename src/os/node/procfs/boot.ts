import { readFileSync, readlinkSync } from "node:fs";

/** Clock ticks per second in /proc: USER_HZ is 100 on every architecture Node runs on, see proc_pid_stat(5). */
export const ticksPerSecond = 100;

/** What is the same for every process of this boot and PID namespace. */
export interface Boot {
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pageBytes: number;
  /** Time since boot in milliseconds, suspended time included. */
  uptimeMs(): number;
  /** Wall-clock time of a number of ticks since boot. */
  dateOfTicks(ticks: number): Date;
}

/** Reads the facts of this boot; undefined where there is no usable /proc. */
export function readBoot(): Boot | undefined {
  try {
    const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const pidNamespace = readlinkSync("/proc/self/ns/pid");
    const pageBytes = readPageBytes();
    const bootedAtMs = measureBootTime();
    const dateOfTicks = (ticks: number): Date => new Date(bootedAtMs + (ticks * 1000) / ticksPerSecond);
    return { bootId, pidNamespace, pageBytes, uptimeMs, dateOfTicks };
  } catch {
    return undefined;
  }
}

/** The kernel tells it in steps of so much. */
const stepMs = 10;
let last = { uptimeMs: 0, readAtMs: Number.NEGATIVE_INFINITY };

/** Read once for a whole list of processes: each reading would cost more than all else that is told about one. */
function uptimeMs(): number {
  const nowMs = performance.now();
  if (nowMs - last.readAtMs >= stepMs) last = { uptimeMs: readUptimeMs(), readAtMs: nowMs };
  return last.uptimeMs;
}

function readUptimeMs(): number {
  const text = readFileSync("/proc/uptime", "utf8");
  return Number(text.slice(0, text.indexOf(" "))) * 1000;
}

/**
 * Wall-clock time of boot from the clock and /proc/uptime. Not from `btime` of /proc/stat, which is in whole seconds
 * and up to a second off. Uptime is cut to 10 ms, and read first: then a program that has to wait for the CPU before it
 * looks at the clock is too late as well, and of some readings the earliest boot time is nearest the truth.
 */
function measureBootTime(): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 5; reading++) {
    const elapsedMs = readUptimeMs();
    earliest = Math.min(earliest, Date.now() - elapsedMs);
  }
  return earliest;
}

/** Page size from the auxiliary vector, entry AT_PAGESZ (6) of getauxval(3): arm64 kernels have 4, 16 or 64 KiB. */
function readPageBytes(): number {
  const vector = readFileSync("/proc/self/auxv");
  for (let offset = 0; offset + 16 <= vector.length; offset += 16) {
    if (vector.readBigUInt64LE(offset) === 6n) return Number(vector.readBigUInt64LE(offset + 8));
  }
  return 4096;
}
