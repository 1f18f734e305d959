import type { IdSet, KernelStatus } from "./kernel-status.js";

/** Parses `/proc/PID/status`, proc_pid_status(5). Unknown lines are kept in `raw`; missing ones are undefined. */
export function parseKernelStatus(text: string): KernelStatus {
  const raw = parseLines(text);
  return Object.freeze({ ...naming(raw), ...owners(raw), ...memory(raw), ...signals(raw), ...capabilities(raw), raw });
}

type Lines = KernelStatus["raw"];

function naming(raw: Lines) {
  const [letter = "", words = ""] = splitState(raw["State"] ?? "");
  return {
    name: raw["Name"] ?? "",
    umask: octal(raw["Umask"]),
    state: words,
    stateLetter: letter,
    tgid: whole(raw["Tgid"]) ?? 0,
    ngid: whole(raw["Ngid"]),
    pid: whole(raw["Pid"]) ?? 0,
    ppid: whole(raw["PPid"]) ?? 0,
    tracerPid: whole(raw["TracerPid"]) ?? 0,
  };
}

function owners(raw: Lines) {
  return {
    uid: idSet(numbers(raw["Uid"])),
    gid: idSet(numbers(raw["Gid"])),
    fdSize: whole(raw["FDSize"]),
    groups: numbers(raw["Groups"]),
    nsTgid: numbers(raw["NStgid"]),
    nsPid: numbers(raw["NSpid"]),
    nsPgid: numbers(raw["NSpgid"]),
    nsSid: numbers(raw["NSsid"]),
  };
}

function memory(raw: Lines) {
  return {
    vmPeakBytes: kilobytes(raw["VmPeak"]),
    vmSizeBytes: kilobytes(raw["VmSize"]),
    vmLockBytes: kilobytes(raw["VmLck"]),
    vmPinBytes: kilobytes(raw["VmPin"]),
    vmHwmBytes: kilobytes(raw["VmHWM"]),
    vmRssBytes: kilobytes(raw["VmRSS"]),
    rssAnonBytes: kilobytes(raw["RssAnon"]),
    rssFileBytes: kilobytes(raw["RssFile"]),
    rssShmemBytes: kilobytes(raw["RssShmem"]),
    vmDataBytes: kilobytes(raw["VmData"]),
    vmStackBytes: kilobytes(raw["VmStk"]),
    vmExeBytes: kilobytes(raw["VmExe"]),
    vmLibBytes: kilobytes(raw["VmLib"]),
    vmPteBytes: kilobytes(raw["VmPTE"]),
    vmSwapBytes: kilobytes(raw["VmSwap"]),
    hugetlbPagesBytes: kilobytes(raw["HugetlbPages"]),
    coreDumping: flag(raw["CoreDumping"]),
    threads: whole(raw["Threads"]) ?? 0,
  };
}

function signals(raw: Lines) {
  const [queued, queuedMax] = (raw["SigQ"] ?? "").split("/");
  return {
    signalsQueued: whole(queued),
    signalsQueuedMax: whole(queuedMax),
    sigPnd: hexadecimal(raw["SigPnd"]),
    shdPnd: hexadecimal(raw["ShdPnd"]),
    sigBlk: hexadecimal(raw["SigBlk"]),
    sigIgn: hexadecimal(raw["SigIgn"]),
    sigCgt: hexadecimal(raw["SigCgt"]),
  };
}

function capabilities(raw: Lines) {
  return {
    capInh: hexadecimal(raw["CapInh"]),
    capPrm: hexadecimal(raw["CapPrm"]),
    capEff: hexadecimal(raw["CapEff"]),
    capBnd: hexadecimal(raw["CapBnd"]),
    capAmb: hexadecimal(raw["CapAmb"]),
    noNewPrivs: flag(raw["NoNewPrivs"]),
    seccomp: whole(raw["Seccomp"]),
    cpusAllowed: raw["Cpus_allowed"],
    cpusAllowedList: raw["Cpus_allowed_list"],
    memsAllowed: raw["Mems_allowed"],
    memsAllowedList: raw["Mems_allowed_list"],
    voluntaryContextSwitches: whole(raw["voluntary_ctxt_switches"]),
    nonvoluntaryContextSwitches: whole(raw["nonvoluntary_ctxt_switches"]),
  };
}

/** Only the first colon ends the key: the name of a program may hold colons and blanks itself. */
function parseLines(text: string): Readonly<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const key = line.slice(0, colon);
    // The name follows one tab and may begin or end with blanks of its own; numbers are padded with blanks.
    const rest = line.slice(colon + 1);
    lines[key] = key === "Name" ? rest.replace(/^\t/, "") : rest.trim();
  }
  return lines;
}

/** `D (disk sleep)` has two words between its parentheses. */
function splitState(text: string): [string, string] {
  return [text.charAt(0), text.slice(2).replace(/^\(|\)$/g, "")];
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function octal(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function hexadecimal(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[0-9a-f]+$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}

function kilobytes(text: string | undefined): number | undefined {
  const amount = whole(text?.replace(/ kB$/, ""));
  return amount === undefined ? undefined : amount * 1024;
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === "1";
}

function numbers(text: string | undefined): readonly number[] {
  return (text ?? "")
    .split(/\s+/)
    .filter((word) => /^\d+$/.test(word))
    .map(Number);
}

function idSet(ids: readonly number[]): IdSet {
  const [real = 0, effective = 0, saved = 0, fileSystem = 0] = ids;
  return { real, effective, saved, fileSystem };
}
