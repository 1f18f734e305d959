import type { OsState } from "../../os-state.js";

/** The fields of `/proc/PID/stat` drover uses; numbers in brackets are those of proc_pid_stat(5). */
export interface Stat {
  readonly pid: number;
  readonly name: string;
  readonly state: OsState;
  readonly parentPid: number;
  readonly processGroup: number;
  readonly session: number;
  /** Whether it runs in the kernel only: PF_KTHREAD of its flags [9]. */
  readonly isKernelThread: boolean;
  /** User and system time in clock ticks [14 + 15]. */
  readonly cpuTicks: number;
  readonly threads: number;
  readonly startTicks: number;
  /** Wait status [52]: meaningful in a zombie, zero without permission to trace it. */
  readonly waitStatus: number;
}

const states: Readonly<Record<string, OsState>> = {
  R: "running",
  S: "sleeping",
  I: "idle",
  D: "disk-sleep",
  T: "stopped",
  t: "tracing-stop",
  Z: "zombie",
  X: "dead",
  x: "dead",
  P: "parked",
  // Seen only in kernels before 3.14 and during page-in: scheduled work all the same.
  W: "running",
  K: "running",
};

const closingParenthesis = 0x29;
const kernelThreadFlag = 0x200000;

/** The state for a kernel letter; a letter of a future kernel is `unreadable`, never a guess. */
export function stateOfLetter(letter: string): OsState {
  return states[letter] ?? "unreadable";
}

/** The state in a stat record, without parsing the rest. The name may hold blanks and `)`: the last one ends it. */
export function stateOfRecord(record: Uint8Array, length: number): OsState {
  let end = length - 1;
  while (end >= 0 && record[end] !== closingParenthesis) end--;
  return stateOfLetter(String.fromCharCode(record[end + 2] ?? 0));
}

/** Parses a stat record; undefined when it is not one (cut off, empty). */
export function parseStat(text: string): Stat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(" ");
  // fields[0] is field 3 of the man page, so field n is fields[n - 3].
  const field = (number: number): number => Number(fields[number - 3]);
  if (fields.length < 22) return undefined;
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: stateOfLetter(fields[0] ?? ""),
    parentPid: field(4),
    processGroup: field(5),
    session: field(6),
    isKernelThread: (field(9) & kernelThreadFlag) !== 0,
    cpuTicks: field(14) + field(15),
    threads: field(20),
    startTicks: field(22),
    waitStatus: fields.length >= 50 ? field(52) : 0,
  };
}
