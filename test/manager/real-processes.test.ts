import "../load-library.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { filter, firstValueFrom } from "rxjs";
import { describe, expect, test } from "vitest";
import { createProcessManager, type Process, type ProcessManager, type ProcessState } from "../../src/index.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { hasEnvironment, readTable } from "../../src/os/node/procfs/table.js";
import { startHost } from "../faults/host-program.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

const hasProcfs = existsSync("/proc/self/stat");
const isRoot = process.getuid?.() === 0;

const managerOf = (options: Parameters<typeof createProcessManager>[0] = {}): Promise<ProcessManager> =>
  createProcessManager({ statusPeriod: 20, ...options });

const reaches = (subject: Process, state: ProcessState): Promise<unknown> =>
  firstValueFrom(subject.status$.pipe(filter((status) => status.state === state)));

/** Living processes started under this name, found by their environment. */
async function instancesOf(name: string): Promise<number[]> {
  const table = await readTable();
  return table.filter(({ pid, alive }) => alive && hasEnvironment(pid, "DROVER_NAME", name)).map(({ pid }) => pid);
}

/** The kernel counts in ticks of 10 ms, and the time of its boot is known as exactly; where ps is asked, it is whole seconds. */
const startErrorMs = hasProcfs ? 30 : 1030;

function expectBetween(time: Date | undefined, beganMs: number, endedMs: number): void {
  expect(time?.getTime()).toBeGreaterThanOrEqual(beganMs - startErrorMs);
  expect(time?.getTime()).toBeLessThanOrEqual(endedMs + startErrorMs);
}

describe("a real process", () => {
  test("starts, shows its kernel status, and stops", async () => {
    await using manager = await managerOf();
    const sleeper = manager.newProcess("sleeper", "sleep", { args: ["1000"] });
    const beganMs = Date.now();
    await sleeper.start();
    expect(sleeper.isAlive()).toBe(true);
    expect(sleeper.uptime).toBeGreaterThanOrEqual(0);
    expect(sleeper.uptimeNs).toBeTypeOf("bigint");
    expectBetween(sleeper.startTime, beganMs, Date.now());
    if (hasProcfs) {
      const status = await sleeper.updateStatus();
      expect(status).toMatchObject({ pid: sleeper.pid, name: "sleep", ppid: process.pid, threads: 1 });
      expect(status.vmRssBytes).toBeGreaterThan(0);
    }
    expect(await sleeper.stopAndWait()).toMatchObject({
      forced: false,
      survivors: [],
      exit: { signal: "SIGTERM", cause: "stopped" },
    });
    expect(sleeper.isAlive()).toBe(false);
  });

  test("shows as stopped by SIGSTOP and back by SIGCONT", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await managerOf();
    const sleeper = manager.newProcess("sleeper", "sleep", { args: ["1000"] });
    await sleeper.start();
    await sleeper.signal("SIGSTOP");
    await reaches(sleeper, "stopped");
    await sleeper.signal("SIGCONT");
    await reaches(sleeper, "sleeping");
  });

  test("is told as ended at once, not at the next look of the watcher", async () => {
    await using manager = await managerOf({ statusPeriod: "1h" });
    const sleeper = manager.newProcess("sleeper", "sleep", { args: ["1000"] });
    await sleeper.start();
    process.kill(sleeper.pid ?? 0, "SIGKILL");
    await reaches(sleeper, "terminated");
    expect(sleeper.status.exit).toMatchObject({ signal: "SIGKILL", cause: "signaled" });
  });

  test("of 50 concurrent random calls is there once or not at all, as the last call asked", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await managerOf();
    const verbs = ["start", "stopAndWait", "restart", "kill"] as const;
    for (const last of ["start", "kill"] as const) {
      const name = `busy-${last}`;
      const subject = manager.newProcess(name, "sleep", { args: ["1000"] });
      const calls = Array.from({ length: 49 }, () => verbs[Math.floor(Math.random() * verbs.length)] ?? "start");
      await Promise.allSettled([...calls, last].map((verb) => subject[verb]()));
      expect(await instancesOf(name)).toEqual(last === "start" ? [subject.pid] : []);
      expect(subject.isAlive()).toBe(last === "start");
    }
  });

  test("that ignores SIGTERM takes its grandchildren with it", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await managerOf();
    const script = "trap '' TERM; (sleep 1000 & setsid sleep 1000 & wait) & echo ready; wait; sleep 1000";
    let tell: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        tell();
        done();
      },
    });
    const stubborn = manager.newProcess("stubborn", "sh", { args: ["-c", script], stdout, stop: { gracePeriod: 100 } });
    await stubborn.start();
    await ready;
    await expect
      .poll(async () => (await instancesOf("stubborn")).length, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(4);
    expect(await stubborn.stopAndWait()).toMatchObject({ forced: true, survivors: [] });
    expect(await instancesOf("stubborn")).toEqual([]);
  });

  test("measures its whole tree", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await managerOf();
    const script = "const { spawn } = require('node:child_process'); spawn('sleep', ['1000']); for (;;) {}";
    const busy = manager.newProcess("busy", process.execPath, { args: ["-e", script] });
    await busy.start();
    await expect.poll(async () => (await busy.stats()).processes, { timeout: 15_000 }).toBe(2);
    await expect.poll(async () => (await busy.stats()).cpuPercent, { timeout: 15_000 }).toBeGreaterThan(5);
    const stats = await busy.stats();
    expect(stats.memoryBytes).toBeGreaterThan(20_000_000);
    expect(stats.threads).toBeGreaterThan(2);
    expect(stats.openFiles).toBeGreaterThan(5);
    expect(await firstValueFrom(busy.stats$)).toMatchObject({ processes: 2 });
    // A second reader a moment later must not see the ticks of that moment only.
    for (let reader = 0; reader < 5; reader++) expect((await busy.stats()).cpuPercent).toBeGreaterThan(5);
  });

  test("gets its CPU affinity, as a mask, as a list and after a delay", async ({ skip }) => {
    if (!hasProcfs || !existsSync("/usr/bin/taskset")) skip("this needs /proc and taskset (util-linux)");
    await using manager = await managerOf();
    const affinities = { mask: { mask: "1" }, list: { list: "0" }, late: { list: "0", delay: 50 } };
    for (const [name, affinity] of Object.entries(affinities)) {
      const subject = manager.newProcess(name, "sleep", { args: ["1000"], affinity });
      await subject.start();
      await expect.poll(async () => (await subject.updateStatus()).cpusAllowedList, { timeout: 15_000 }).toBe("0");
    }
    const impossible = manager.newProcess("impossible", "sleep", { args: ["1000"], affinity: { list: "4000" } });
    await impossible.start();
    expect(impossible.isAlive()).toBe(true);
    expect(impossible.status.lastError?.message).toContain("impossible: affinity list 4000 was refused");
  });

  test("has its output appended to files in the state directory", async () => {
    using dir = tempDir();
    await using manager = await managerOf({ stateDir: join(dir.path, "state") });
    const script = "echo out; echo err >&2";
    const writer = manager.newProcess("writer", "sh", { args: ["-c", script] });
    for (let runs = 0; runs < 2; runs++) {
      await writer.start();
      await writer.wait();
    }
    expect(readFileSync(join(dir.path, "state/logs/writer.out.log"), "utf8")).toBe("out\nout\n");
    expect(readFileSync(join(dir.path, "state/logs/writer.err.log"), "utf8")).toBe("err\nerr\n");
  });

  test("is never held up by a writer that does not take its output", async () => {
    await using manager = await managerOf();
    let taken = 0;
    const stuck = new Writable({ write: (chunk: Buffer) => (taken += chunk.length) });
    const flood = manager.newProcess("flood", "sh", { args: ["-c", "head -c 20000000 /dev/zero"], stdout: stuck });
    await flood.start();
    expect(await flood.wait()).toMatchObject({ code: 0 });
    expect(taken).toBeLessThan(1_000_000);
    expect(stuck.writableLength).toBeLessThan(3_000_000);
  });

  test("gets the environment of the host, the manager and the template, in that order", async () => {
    using dir = tempDir();
    const output = join(dir.path, "env");
    await using manager = await managerOf({ env: { PB_PORT: "8090", A: "manager" } });
    const env = { A: "template", URL: "http://localhost:$" + "{PB_PORT}" };
    const args = ["-c", "env"];
    const printer = manager.newProcess("printer", "sh", { args, env, logs: { stdout: output } });
    await printer.start();
    await printer.wait();
    const lines = readFileSync(output, "utf8").split("\n");
    expect(lines).toEqual(
      expect.arrayContaining(["A=template", "PB_PORT=8090", "URL=http://localhost:8090", "DROVER_NAME=printer"]),
    );
    expect(lines.some((line) => /^DROVER_ID=[0-9a-f.-]{36,}$/.test(line))).toBe(true);
  });
});

describe("an attached process", () => {
  test("is watched, stopped through its identity, and its end is told", async () => {
    await using manager = await managerOf();
    const beganMs = Date.now();
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const attached = await manager.attachProcess("foreign", child.pid ?? 0);
    expect([attached.command, ...attached.args]).toEqual(["sleep", "1000"]);
    expectBetween(attached.startTime, beganMs, Date.now());
    const exited = attached.wait();
    const { survivors } = await attached.stopAndWait();
    expect(survivors).toEqual([]);
    expect((await exited).cause).toBe("stopped");
    expect(child.signalCode ?? (await once(child, "exit"))[1]).toBe("SIGTERM");
  });

  test("is noticed to have ended by the watcher, without anybody asking", async () => {
    await using manager = await managerOf();
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const attached = await manager.attachProcess("foreign", child.pid ?? 0);
    child.kill("SIGKILL");
    await reaches(attached, "terminated");
    expect(attached.status.exit?.code).toBeNull();
  });

  test("is not this program, not a thread, not a PID that was never one", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await managerOf();
    const thread =
      readdirSync("/proc/self/task")
        .map(Number)
        .find((id) => id !== process.pid) ?? 0;
    await expect(manager.attachProcess("self", process.pid)).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(manager.attachProcess("thread", thread)).rejects.toThrow(/is a thread of process/);
    for (const pid of [0, -5, 1.5, 4_194_303]) {
      await expect(manager.attachProcess("none", pid)).rejects.toMatchObject({ code: "NO_SUCH_PID" });
    }
    expect(manager.getAllProcesses()).toEqual([]);
  });

  test("of another user is refused", async ({ skip }) => {
    if (!isRoot || !hasProcfs) skip("only root can become another user");
    const body = `
      const { createProcessManager } = await import(${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)});
      await using manager = await createProcessManager();
      const failure = await manager.attachProcess("init", ${process.pid}).catch((error) => error);
      console.log(failure.code, manager.getAllProcesses().length);
    `.replace("await using manager", "const manager");
    const outcome = await run(
      "setpriv",
      ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, "--input-type=module", "-e", body],
      { cwd: "/" },
    );
    expect(outcome).toMatchObject({ status: 0, stdout: "NOT_PERMITTED 0\n" });
  });
});

describe("the host program", () => {
  const entry = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);
  const runHost = (body: string): ReturnType<typeof run> => {
    const program = `import { createProcessManager } from ${entry};\n${body}`;
    return run(process.execPath, ["--input-type=module", "-e", program], { cwd: "/", timeoutMs: 60_000 });
  };

  test("ends by itself after close", async () => {
    const outcome = await runHost(`
      const manager = await createProcessManager();
      const sleeper = manager.newProcess("sleeper", "sleep", { args: ["1000"] });
      await sleeper.start();
      await manager.close();
      console.log(sleeper.status.state);
    `);
    expect(outcome).toEqual({ status: 0, stdout: "terminated\n", stderr: "" });
  });

  test("is kept alive by an awaited exit of a process that is not its child", async () => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore" });
    const host = startHost(`
      const manager = await createProcessManager({ statusPeriod: 50 });
      const attached = await manager.attachProcess("foreign", ${child.pid ?? 0});
      console.log("attached");
      console.log((await attached.wait()).cause);
      await manager.close();
    `);
    expect(await host.line()).toBe("attached");
    child.kill("SIGKILL");
    expect(await host.line()).toBe("unknown");
    expect(await host.ended).toBe(0);
  });

  test("is told once what is wrong with a template file, by a warning of Node", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "bad.json"), "{");
    const outcome = await runHost(`await createProcessManager({ templateDir: ${JSON.stringify(dir.path)} });`);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toMatch(/DroverWarning: .*bad\.json:1:2: /);
  });
});

test.skipIf(!hasProcfs)(
  "memory is what the kernel has counted to the page, not what it has added up so far",
  async () => {
    await using manager = await managerOf({ statusPeriod: 100 });
    const subject = manager.newProcess("small", "sleep", { args: ["1000"] });
    await subject.start();
    await expect.poll(async () => (await subject.updateStatus()).state, { timeout: 15_000 }).toBe("sleeping");
    const { vmRssBytes } = await subject.updateStatus();
    expect((await subject.stats()).memoryBytes).toBe(vmRssBytes);
  },
);

test("without /proc the same handles work, through ps", async () => {
  await using manager = await managerOf({ os: createNodeOs({ procfs: false }), statusPeriod: 100 });
  const script = "sleep 1000 & sleep 1000 & wait";
  const subject = manager.newProcess("portable", "sh", { args: ["-c", script], stop: { gracePeriod: 2000 } });
  await subject.start();
  expect(subject.status.state).toBe("running");
  await expect.poll(async () => (await subject.stats()).processes, { timeout: 15_000 }).toBe(3);
  expect((await subject.stats()).memoryBytes).toBeGreaterThan(500_000);
  await expect(subject.updateStatus()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(await subject.stopAndWait()).toMatchObject({ survivors: [] });
  if (hasProcfs) expect(await instancesOf("portable")).toEqual([]);
});
