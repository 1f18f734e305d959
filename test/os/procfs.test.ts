import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { readBoot } from "../../src/os/node/procfs/boot.js";
import { ProcfsProbe } from "../../src/os/node/procfs/probe.js";
import { parseStat, stateOfRecord } from "../../src/os/node/procfs/stat.js";
import { parseKernelStatus } from "../../src/os/parse-kernel-status.js";

const record = (name: string, state: string): string =>
  `4242 (${name}) ${state} 1 4240 4239 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 3 0 98765 1000 250 18446744073709551615 ${"0 ".repeat(26)}256`;

describe("stat records", () => {
  test.each(["sh", "two words", "a (b) c", ")", "x) S 1 (y", "new\nline"])(
    "the name %j does not confuse the fields",
    (name) => {
      const text = record(name, "D");
      expect(parseStat(text)).toMatchObject({
        pid: 4242,
        name,
        state: "disk-sleep",
        parentPid: 1,
        processGroup: 4240,
        session: 4239,
        cpuTicks: 12,
        threads: 3,
        startTicks: 98765,
        waitStatus: 256,
      });
      const bytes = Buffer.from(text, "latin1");
      expect(stateOfRecord(bytes, bytes.length)).toBe("disk-sleep");
    },
  );

  test.each([
    ["R", "running"],
    ["S", "sleeping"],
    ["I", "idle"],
    ["D", "disk-sleep"],
    ["T", "stopped"],
    ["t", "tracing-stop"],
    ["Z", "zombie"],
    ["X", "dead"],
    ["P", "parked"],
    ["?", "unreadable"],
  ])("the letter %s is %s", (letter, state) => {
    expect(parseStat(record("x", letter))?.state).toBe(state);
  });

  test.each(["", "4242", "4242 (sh", "4242 (sh) S 1 2"])("%j is no record", (text) => {
    expect(parseStat(text)).toBeUndefined();
  });
});

describe("status records", () => {
  const text = [
    "Name:\tmy (odd): prog x",
    "Umask:\t0022",
    "State:\tt (tracing stop)",
    "Tgid:\t23986",
    "Ngid:\t0",
    "Pid:\t23986",
    "PPid:\t23985",
    "TracerPid:\t12",
    "Uid:\t0\t1\t2\t3",
    "Gid:\t0\t997\t0\t997",
    "FDSize:\t64",
    "Groups:\t4 24 27 ",
    "NStgid:\t23986\t7",
    "VmPeak:\t 5348632 kB",
    "VmRSS:\t   20004 kB",
    "CoreDumping:\t0",
    "Threads:\t2",
    "SigQ:\t5/31666",
    "SigIgn:\t0000000000001000",
    "CapPrm:\t0000003fffffffff",
    "NoNewPrivs:\t1",
    "Seccomp:\t0",
    "Cpus_allowed:\t2",
    "Cpus_allowed_list:\t1",
    "Mems_allowed_list:\t0",
    "voluntary_ctxt_switches:\t1377",
    "nonvoluntary_ctxt_switches:\t80",
    "Future_line:\twhat: ever",
    "",
  ].join("\n");

  test("every line becomes a typed field, sizes in bytes, the umask as octal", () => {
    expect(parseKernelStatus(text)).toMatchObject({
      name: "my (odd): prog x",
      umask: 0o22,
      state: "tracing stop",
      stateLetter: "t",
      tgid: 23986,
      ppid: 23985,
      tracerPid: 12,
      uid: { real: 0, effective: 1, saved: 2, fileSystem: 3 },
      gid: { real: 0, effective: 997, saved: 0, fileSystem: 997 },
      fdSize: 64,
      groups: [4, 24, 27],
      nsTgid: [23986, 7],
      vmPeakBytes: 5348632 * 1024,
      vmRssBytes: 20004 * 1024,
      coreDumping: false,
      threads: 2,
      signalsQueued: 5,
      signalsQueuedMax: 31666,
      sigIgn: 0x1000n,
      capPrm: 0x3fffffffffn,
      noNewPrivs: true,
      cpusAllowed: "2",
      cpusAllowedList: "1",
      memsAllowedList: "0",
      voluntaryContextSwitches: 1377,
      nonvoluntaryContextSwitches: 80,
      raw: { Future_line: "what: ever" },
    });
  });

  test("lines a kernel does not write are undefined, not zero", () => {
    const status = parseKernelStatus("Name:\tkthreadd\nState:\tS (sleeping)\nPid:\t2\n");
    expect(status.vmRssBytes).toBeUndefined();
    expect(status.umask).toBeUndefined();
    expect(status.sigBlk).toBeUndefined();
    expect(status.groups).toEqual([]);
  });

  test("the record of this very process is read whole", ({ skip }) => {
    if (!existsSync("/proc/self/status")) skip("there is no /proc here");
    const status = parseKernelStatus(readFileSync("/proc/self/status", "latin1"));
    expect(status.pid).toBe(process.pid);
    expect(status.umask).toBe(process.umask());
    expect(status.vmRssBytes).toBeGreaterThan(1_000_000);
    expect(status.uid.real).toBe(process.getuid?.());
  });
});

describe("the moment of boot", () => {
  test("is not told earlier by a program that was held up after it looked at the clock", ({ skip }) => {
    const told = (): number | undefined => readBoot()?.dateOfTicks(0).getTime();
    const calmMs = told();
    if (calmMs === undefined) return skip("there is no /proc here");
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, "now");
    onTestFinished(() => clock.mockRestore());
    clock.mockImplementationOnce(() => {
      const seenMs = now();
      while (now() < seenMs + 300);
      return seenMs;
    });
    expect(told()).toBeGreaterThan(calmMs - 200);
    expect(clock).toHaveBeenCalled();
  });
});

describe("held descriptors", () => {
  test("the start time is told within 100 ms of the truth", async ({ skip }) => {
    const boot = readBoot();
    if (boot === undefined) return skip("there is no /proc here");
    const before = Date.now();
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const after = Date.now();
    const probe = ProcfsProbe.open(child.pid ?? 0, boot);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(probe?.startedAt.getTime()).toBeGreaterThan(before - 100);
    expect(probe?.startedAt.getTime()).toBeLessThan(after + 100);
    expect(probe?.sample()).toBe("gone");
    probe?.release();
    expect(probe?.sample()).toBe("unreadable");
  });
});
