import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProcessManager, type Logger, ProcessError } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { carriersOf, startHost } from "./host-program.js";
import { canMount, mountTmpfs } from "./small-file-system.js";

const hasProcfs = existsSync("/proc/self/stat");
const patience = { interval: 10, timeout: 15_000 };
function listener(): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = [];
  const tell = (_fields: object, message: string): void => void lines.push(message);
  return { lines, logger: { debug: () => undefined, info: tell, warn: tell, error: tell } };
}

/** The code of what it rejects with; undefined when it does not. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return await work.then(
    () => undefined,
    (reason: unknown) => (reason instanceof ProcessError ? reason.code : `not typed: ${String(reason)}`),
  );
}

if (!canMount()) console.log("full and read-only disks are not tested: this user may not mount a tmpfs");

describe.skipIf(!canMount())("a disk that refuses (needs permission to mount)", () => {
  test("because it is full costs records, not processes, and is made good when there is room", async () => {
    using dir = tempDir();
    using disk = mountTmpfs(join(dir.path, "disk"), "64k");
    const stateDir = join(disk.path, "state");
    const names = ["before", "during"].map((name) => `${name}-${randomUUID()}`);
    const [before = "", during = ""] = names;
    const { lines, logger } = listener();
    const manager = await createProcessManager({ stateDir, logger, statusPeriod: 20 });
    onTestFinished(async () => await manager.close().catch(() => undefined));
    await manager.newProcess(before, "sleep", { args: ["1000"], detach: true }).start();
    const bound = manager.newProcess("bound", "sleep", { args: ["1000"] });
    await bound.start();
    const filler = join(disk.path, "filler");
    expect(() => writeFileSync(filler, Buffer.alloc(1 << 20))).toThrow(/ENOSPC/);

    const late = manager.newProcess(during, "sleep", { args: ["1000"], detach: true });
    await late.start();
    expect(late.isAlive()).toBe(true);
    await bound.restart();
    await expect.poll(() => lines.join("\n")).toMatch(/the record .* could not be written/);
    expect(manager.getAllProcesses().every((process) => process.isAlive())).toBe(true);
    const rival = await codeOf(createProcessManager({ stateDir: join(disk.path, "other"), logger }));
    expect(["INTERNAL", "NOT_PERMITTED"], String(rival)).toContain(rival);

    rmSync(filler);
    await manager.getProcessByName(before)?.stopAndWait();
    await late.restart();
    await manager.close();
    await using next = await createProcessManager({ stateDir, logger: listener().logger });
    expect(next.getProcessByName(during)?.pid).toBe(late.pid ?? (await carriersOf("DROVER_NAME", during))[0]);
    await next.getProcessByName(during)?.kill();
    for (const name of names) expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
  });

  test("because it became read-only gives typed errors, and everything is still stopped and closed", async () => {
    using dir = tempDir();
    using disk = mountTmpfs(join(dir.path, "disk"), "1m");
    const stateDir = join(disk.path, "state");
    const name = `free-${randomUUID()}`;
    const host = startHost(
      `
      const lines = [];
      const tell = (fields, message) => void lines.push(message);
      const options = { stateDir: ${JSON.stringify(stateDir)}, logger: { debug() {}, info() {}, warn: tell, error: tell } };
      const codeOf = (work) => work.then(() => undefined, (error) => error.code + (error.name === "ProcessError" ? "" : ": not typed"));
      const manager = await createProcessManager(options);
      // An open log file would keep the disk from becoming read-only.
      const silent = { logs: { mode: "DISCARD" }, args: ["1000"] };
      const free = manager.newProcess(${JSON.stringify(name)}, "sleep", { ...silent, detach: true });
      const bound = manager.newProcess("bound", "sleep", silent);
      await Promise.all([free.start(), bound.start()]);
      console.log("up");
      process.stdin.once("data", async () => {
        process.stdin.destroy();
        await bound.restart();
        const restarted = bound.isAlive();
        const logging = await codeOf(manager.newProcess("logging", "sleep", { args: ["1000"] }).start());
        const { survivors } = await free.stopAndWait();
        const { pid } = bound;
        const closed = await codeOf(manager.close());
        const again = await codeOf(createProcessManager(options));
        console.log(JSON.stringify({ restarted, logging, survivors, pid, closed, again, lines }));
      });
    `,
      { stdin: "pipe" },
    );
    onTestFinished(async () => {
      host.child.kill("SIGKILL");
      for (const pid of await carriersOf("DROVER_NAME", name)) process.kill(pid, "SIGKILL");
    });
    expect(await host.line()).toBe("up");
    disk.remount("ro");
    host.child.stdin?.write("go on\n");
    const { pid, lines, ...said } = JSON.parse(await host.line()) as { pid: number; lines: string[]; again: string };
    // Its own lock could not be removed, so it may find that first.
    expect(said).toMatchObject({ restarted: true, logging: "SPAWN_FAILED", survivors: [] });
    expect(said).not.toHaveProperty("closed");
    expect(["NOT_PERMITTED", "STATE_DIR_LOCKED"]).toContain(said.again);
    expect(lines.join("\n")).toMatch(/the record .* could not be written/);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await host.ended).toBe(0);

    disk.remount("rw");
    await using next = await createProcessManager({ stateDir, logger: listener().logger });
    expect(next.getAllProcesses().filter((process) => process.isAlive())).toEqual([]);
  });
});

/** A host that starts processes until it cannot, with its limits; gives what it says of them. */
async function startMany(through: readonly string[], name: string, stateDir: string) {
  const host = startHost(
    `
    const manager = await createProcessManager({ stateDir: ${JSON.stringify(stateDir)}, logger: { debug() {}, info() {}, warn() {}, error() {} } });
    const start = async (index) => {
      const one = manager.newProcess(${JSON.stringify(name)} + "-" + index, "sleep", { args: ["1000"], env: { TEST_TAG: ${JSON.stringify(name)} } });
      try { await one.start(); return "up"; } catch (error) { return error.code; }
    };
    const first = await Promise.all(Array.from({ length: 10 }, (_, index) => start(index)));
    const more = await Promise.all(Array.from({ length: 60 }, (_, index) => start(10 + index)));
    console.log(JSON.stringify({ first, more, living: manager.getAllProcesses().filter((one) => one.isAlive()).length }));
    process.stdin.once("data", async () => {
      const [one] = manager.getAllProcesses();
      const { survivors } = await one.stopAndWait();
      await one.start();
      console.log(JSON.stringify({ survivors, isAlive: one.isAlive() }));
      await manager.close();
      console.log("closed");
      process.stdin.destroy();
    });
  `,
    { stdin: "pipe", through },
  );
  onTestFinished(() => void host.child.kill("SIGKILL"));
  const said = JSON.parse(await host.line()) as { first: string[]; more: string[]; living: number };
  return { host, ...said };
}

const fewFiles = ["prlimit", "--nofile=64:64"];

/** As a user with no other processes: the limit counts the tasks of a user. Root has none. It may write anywhere. */
function fewTasks(uid: number): readonly string[] {
  const rights = [
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
  ];
  return ["prlimit", "--nproc=40:40", "setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", ...rights];
}

describe.skipIf(!hasProcfs)("a host that may not have more", () => {
  test("open files (ulimit -n 64) runs 10 processes, and refuses in words what is too much", async () => {
    using dir = tempDir();
    const name = `files-${randomUUID()}`;
    const { host, first, more, living } = await startMany(fewFiles, name, dir.path);
    expect(first).toEqual(Array(10).fill("up"));
    expect(new Set(more)).toEqual(new Set(["up", "SPAWN_FAILED"]));
    expect((await carriersOf("TEST_TAG", name)).length).toBe(living);
    host.child.stdin?.write("go on\n");
    expect(JSON.parse(await host.line())).toEqual({ survivors: [], isAlive: true });
    expect(await host.line()).toBe("closed");
    expect(await host.ended).toBe(0);
    expect(await carriersOf("TEST_TAG", name)).toEqual([]);
  });

  test("open files, when it is killed: its processes end, the next manager finds nothing", async () => {
    using dir = tempDir();
    const name = `files-${randomUUID()}`;
    const { host } = await startMany(fewFiles, name, dir.path);
    host.child.kill("SIGKILL");
    await host.ended;
    await expect.poll(() => carriersOf("TEST_TAG", name), patience).toEqual([]);
    await using next = await createProcessManager({ stateDir: dir.path, logger: listener().logger });
    expect(next.getAllProcesses()).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0).each(["closes", "is killed"])(
    "processes (ulimit -u) keeps those it has, and leaves none when it %s",
    async (ending) => {
      using dir = tempDir();
      const name = `tasks-${randomUUID()}`;
      const uid = 1_000_000 + (process.pid % 100_000) * 2 + (ending === "closes" ? 0 : 1);
      const { host, first, more, living } = await startMany(fewTasks(uid), name, dir.path);
      expect(first).toEqual(Array(10).fill("up"));
      expect(new Set(more)).toEqual(new Set(["up", "SPAWN_FAILED"]));
      expect((await carriersOf("TEST_TAG", name)).length).toBe(living);
      if (ending === "is killed") host.child.kill("SIGKILL");
      else {
        host.child.stdin?.write("go on\n");
        expect(JSON.parse(await host.line())).toEqual({ survivors: [], isAlive: true });
        expect(await host.line()).toBe("closed");
      }
      await host.ended;
      await expect.poll(() => carriersOf("TEST_TAG", name), patience).toEqual([]);
    },
  );
});

const dayMs = 86_400_000;

test.skipIf(!hasProcfs).each([
  ["back", -dayMs],
  ["forward", dayMs],
])("a wall clock set %s by a day changes neither uptime nor grace period nor adoption", async (_way, shiftMs) => {
  using dir = tempDir();
  const name = `clock-${randomUUID()}`;
  const host = startHost(`
    const Real = Date;
    let shiftMs = 0;
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length === 0) super(Real.now() + shiftMs); else super(...given); }
      static now() { return Real.now() + shiftMs; }
    };
    const options = { stateDir: ${JSON.stringify(dir.path)}, statusPeriod: 20, logger: { debug() {}, info() {}, warn() {}, error() {} } };
    const manager = await createProcessManager(options);
    const free = manager.newProcess(${JSON.stringify(name)}, "sleep", { args: ["1000"], detach: true });
    const bound = manager.newProcess("bound", "sh", { args: ["-c", "trap '' TERM; echo; while :; do sleep 1000; done"], stop: { gracePeriod: 300 } });
    await Promise.all([free.start(), bound.start()]);
    while (bound.uptime < 50) await new Promise((resolve) => setTimeout(resolve, 10));
    const uptimes = [bound.uptime];
    const beganMs = performance.now();
    const stopping = bound.stopAndWait();
    setTimeout(() => { shiftMs = ${shiftMs}; uptimes.push(free.uptime); }, 100);
    const { forced, survivors } = await stopping;
    const tookMs = performance.now() - beganMs;
    await manager.close();
    const next = await createProcessManager(options);
    const found = next.getProcessByName(free.name);
    console.log(JSON.stringify({ forced, survivors, tookMs, uptimes, pids: [free.pid, found?.pid], uptime: found?.uptime }));
    await found?.kill();
    await next.close();
    console.log("closed");
  `);
  onTestFinished(async () => {
    host.child.kill("SIGKILL");
    for (const pid of await carriersOf("DROVER_NAME", name)) process.kill(pid, "SIGKILL");
  });
  const said = JSON.parse(await host.line()) as {
    forced: boolean;
    survivors: unknown[];
    tookMs: number;
    uptimes: [number, number];
    uptime: number;
    pids: unknown;
  };
  expect(said).toMatchObject({ forced: true, survivors: [] });
  expect(said.tookMs).toBeGreaterThanOrEqual(290);
  expect(said.tookMs).toBeLessThan(5000);
  expect(said.uptimes[1]).toBeGreaterThan(said.uptimes[0]);
  expect(said.uptime).toBeGreaterThan(said.uptimes[1]);
  expect(said.pids).toEqual([expect.any(Number), expect.any(Number)]);
  expect(await host.line()).toBe("closed");
  expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
});
