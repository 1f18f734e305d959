import type { KernelStatus } from "../os/kernel-status.js";
import type { OsState } from "../os/os-state.js";
import { parseKernelStatus } from "../os/parse-kernel-status.js";

const letters: Partial<Record<OsState, string>> = {
  running: "R (running)",
  sleeping: "S (sleeping)",
  idle: "I (idle)",
  "disk-sleep": "D (disk sleep)",
  stopped: "T (stopped)",
  "tracing-stop": "t (tracing stop)",
  parked: "P (parked)",
};

/** A status record such as the kernel writes, with the lines every process has. */
export function fakeKernelStatus(pid: number, file: string, state: OsState): KernelStatus {
  const name = file.slice(file.lastIndexOf("/") + 1).slice(0, 15);
  const lines = [
    `Name:\t${name}`,
    "Umask:\t0022",
    `State:\t${letters[state] ?? "S (sleeping)"}`,
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    "PPid:\t1",
    "TracerPid:\t0",
    "Uid:\t1000\t1000\t1000\t1000",
    "Gid:\t1000\t1000\t1000\t1000",
    "VmRSS:\t    1024 kB",
    "Threads:\t1",
    "",
  ];
  return parseKernelStatus(lines.join("\n"));
}
