import type { IdSet, KernelStatus } from "./kernel-status.js";

/** Parses `/proc/PID/status`, proc_pid_status(5). Unknown lines are kept in `raw`; missing ones are undefined. */
export function parseKernelStatus(text: string): KernelStatus {
  const raw = parseLines(text);
  const number = (key: string): number | undefined => whole(raw[key]);
  const bytes = (key: string): number | undefined => kilobytes(raw[key]);
  const mask = (key: string): bigint | undefined => hexadecimal(raw[key]);
  const list = (key: string): readonly number[] => numbers(raw[key]);
  const [letter = "", words = ""] = splitState(raw["State"] ?? "");
  const [queued, queuedMax] = (raw["SigQ"] ?? "").split("/");
  return Object.freeze({
    name: raw["Name"] ?? "",
    umask: octal(raw["Umask"]),
    state: words,
    stateLetter: letter,
    tgid: number("Tgid") ?? 0,
    ngid: number("Ngid"),
    pid: number("Pid") ?? 0,
    ppid: number("PPid") ?? 0,
    tracerPid: number("TracerPid") ?? 0,
    uid: idSet(list("Uid")),
    gid: idSet(list("Gid")),
    fdSize: number("FDSize"),
    groups: list("Groups"),
    nsTgid: list("NStgid"),
    nsPid: list("NSpid"),
    nsPgid: list("NSpgid"),
    nsSid: list("NSsid"),
    vmPeakBytes: bytes("VmPeak"),
    vmSizeBytes: bytes("VmSize"),
    vmLockBytes: bytes("VmLck"),
    vmPinBytes: bytes("VmPin"),
    vmHwmBytes: bytes("VmHWM"),
    vmRssBytes: bytes("VmRSS"),
    rssAnonBytes: bytes("RssAnon"),
    rssFileBytes: bytes("RssFile"),
    rssShmemBytes: bytes("RssShmem"),
    vmDataBytes: bytes("VmData"),
    vmStackBytes: bytes("VmStk"),
    vmExeBytes: bytes("VmExe"),
    vmLibBytes: bytes("VmLib"),
    vmPteBytes: bytes("VmPTE"),
    vmSwapBytes: bytes("VmSwap"),
    hugetlbPagesBytes: bytes("HugetlbPages"),
    coreDumping: flag(raw["CoreDumping"]),
    threads: number("Threads") ?? 0,
    signalsQueued: whole(queued),
    signalsQueuedMax: whole(queuedMax),
    sigPnd: mask("SigPnd"),
    shdPnd: mask("ShdPnd"),
    sigBlk: mask("SigBlk"),
    sigIgn: mask("SigIgn"),
    sigCgt: mask("SigCgt"),
    capInh: mask("CapInh"),
    capPrm: mask("CapPrm"),
    capEff: mask("CapEff"),
    capBnd: mask("CapBnd"),
    capAmb: mask("CapAmb"),
    noNewPrivs: flag(raw["NoNewPrivs"]),
    seccomp: number("Seccomp"),
    cpusAllowed: raw["Cpus_allowed"],
    cpusAllowedList: raw["Cpus_allowed_list"],
    memsAllowed: raw["Mems_allowed"],
    memsAllowedList: raw["Mems_allowed_list"],
    voluntaryContextSwitches: number("voluntary_ctxt_switches"),
    nonvoluntaryContextSwitches: number("nonvoluntary_ctxt_switches"),
    raw,
  });
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
