import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProcessManager, type Logger } from "../../src/index.js";
import { decideAdoption } from "../../src/manager/adoption.js";
import { tempDir } from "../repo/temp-dir.js";
import { carriersOf, startHost } from "./host-program.js";

const hasProcfs = existsSync("/proc/self/stat");

/** What a manager tells. */
function listener(): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = [];
  const tell = (_fields: object, message: string): void => void lines.push(message);
  return { lines, logger: { debug: () => undefined, info: tell, warn: tell, error: tell } };
}

const counting = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done";

describe.skipIf(!hasProcfs)("the next manager", () => {
  test("adopts detached processes of a killed one: same PID, true start time, no line lost, no second instance", async () => {
    using dir = tempDir();
    const names = [0, 1, 2].map((index) => `detached-${index}-${randomUUID()}`);
    const bound = `bound-${randomUUID()}`;
    const host = startHost(`
      const manager = await createProcessManager({ stateDir: ${JSON.stringify(dir.path)} });
      for (const name of ${JSON.stringify(names)}) {
        await manager.newProcess(name, "sh", { args: ["-c", ${JSON.stringify(counting)}], detach: true }).start();
      }
      await manager.newProcess(${JSON.stringify(bound)}, "sleep", { args: ["1000"] }).start();
      const all = manager.getAllProcesses().map(({ name, pid, startTime }) => ({ name, pid, startTime }));
      console.log(JSON.stringify(all));
      process.kill(process.pid, "SIGKILL");
    `);
    const before = JSON.parse(await host.line()) as { name: string; pid: number; startTime: string }[];
    expect(await host.ended).toBe("SIGKILL");
    await expect.poll(() => carriersOf("DROVER_NAME", bound), { timeout: 10_000 }).toEqual([]);

    const { lines, logger } = listener();
    const manager = await createProcessManager({ stateDir: dir.path, logger, statusPeriod: 20 });
    onTestFinished(() => manager.close());
    for (const { name, pid, startTime } of before.filter(({ name }) => name !== bound)) {
      const adopted = manager.getProcessByName(name);
      expect(adopted?.status).toMatchObject({ pid, lifecycle: "running", desired: "up" });
      expect(Math.abs((adopted?.startTime?.getTime() ?? 0) - Date.parse(startTime))).toBeLessThan(100);
      expect(await carriersOf("DROVER_NAME", name)).toContain(pid);
      expect(lines).toContain(`adopted ${name} (PID ${pid}), which runs on`);
      const again = manager.newProcess(name, "sh", { args: ["-c", counting], detach: true });
      expect(again).toBe(adopted);
      await again.start();
      expect(again.pid).toBe(pid);
      await again.stopAndWait();
      expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
      const numbers = readFileSync(join(dir.path, "logs", `${name}.out.log`), "utf8")
        .trim()
        .split("\n")
        .map(Number);
      expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
    }
    expect(manager.getProcessByName(bound)).toBeUndefined();
  });

  test("ends host-bound trees whose guardian was killed together with the host", async () => {
    using dir = tempDir();
    const name = `bound-${randomUUID()}`;
    const script = "trap '' TERM; setsid sleep 1000 & echo x; while :; do sleep 1000; done";
    const host = startHost(`
      const { execFileSync } = await import("node:child_process");
      const manager = await createProcessManager({ stateDir: ${JSON.stringify(dir.path)} });
      const subject = manager.newProcess(${JSON.stringify(name)}, "sh", { args: ["-c", ${JSON.stringify(script)}], stop: { gracePeriod: 100 } });
      await subject.start();
      console.log(execFileSync("pgrep", ["-P", String(process.pid), "-f", "drover-guardian"]).toString().trim());
      setInterval(() => {}, 1000);
    `);
    const guardian = Number(await host.line());
    await expect.poll(async () => (await carriersOf("DROVER_NAME", name)).length).toBeGreaterThanOrEqual(2);
    process.kill(guardian, "SIGSTOP");
    host.child.kill("SIGKILL");
    process.kill(guardian, "SIGKILL");
    await host.ended;
    const { lines, logger } = listener();
    await using manager = await createProcessManager({ stateDir: dir.path, logger });
    expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
    expect(lines.join("\n")).toMatch(/was left behind by a manager that was killed/);
    expect(manager.getAllProcesses()).toEqual([]);
  });

  test("leaves a stranger alone whose PID stands in a record, and one whose record it cannot prove", async () => {
    using dir = tempDir();
    const { spawn } = await import("node:child_process");
    const stranger = spawn("sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void stranger.kill("SIGKILL"));
    const first = await createProcessManager({ stateDir: dir.path });
    const victim = first.newProcess("victim", "sleep", { args: ["1000"], detach: true });
    await victim.start();
    const recordPath = join(dir.path, "processes", "victim.json");
    await first.close();
    const record = JSON.parse(readFileSync(recordPath, "utf8")) as { kind: string; run: { identity: { pid: number } } };
    await (await createProcessManager()).attachProcess("x", record.run.identity.pid).then((process) => process.kill());
    record.run.identity.pid = stranger.pid ?? 0;
    for (const kind of ["detached", "bound", "attached"]) {
      writeFileSync(recordPath, JSON.stringify({ ...record, kind }));
      await using manager = await createProcessManager({ stateDir: dir.path, logger: listener().logger });
      expect(manager.getProcessByPid(stranger.pid ?? 0)).toBeUndefined();
      for (const process of manager.getAllProcesses()) await process.kill();
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    }
  });

  test("keeps stopped what its user stopped, and starts the rest", async () => {
    using dir = tempDir();
    for (const name of ["a", "b"]) {
      writeFileSync(
        join(dir.path, `${name}.json`),
        JSON.stringify({ name, command: "sleep", args: ["1000"], runOnStartup: true }),
      );
    }
    const options = { templateDir: dir.path, stateDir: join(dir.path, "state") };
    const first = await createProcessManager(options);
    await first.getProcessByName("a")?.stopAndWait();
    await first.close();
    const second = await createProcessManager(options);
    expect(second.getAllProcesses().map(({ status }) => status.lifecycle)).toEqual(["initial", "running"]);
    await second.getProcessByName("a")?.start();
    await second.close();
    const third = await createProcessManager(options);
    expect(third.getAllProcesses().map(({ status }) => status.lifecycle)).toEqual(["running", "running"]);
    await third.close();
  });

  test("attaches again to what was attached, if it is still the same process", async () => {
    using dir = tempDir();
    const { spawn } = await import("node:child_process");
    const foreign = spawn("sleep", ["1000"], { stdio: "ignore" });
    const first = await createProcessManager({ stateDir: dir.path });
    await first.attachProcess("db", foreign.pid ?? 0);
    await first.close();
    const second = await createProcessManager({ stateDir: dir.path, logger: listener().logger });
    expect(second.getProcessByName("db")?.pid).toBe(foreign.pid);
    expect(await second.attachProcess("db", foreign.pid ?? 0)).toBe(second.getProcessByName("db"));
    await second.close();
    foreign.kill("SIGKILL");
    await new Promise((resolve) => foreign.once("exit", resolve));
    const { lines, logger } = listener();
    await using third = await createProcessManager({ stateDir: dir.path, logger });
    expect(third.getProcessByName("db")).toBeUndefined();
    expect(lines.join("\n")).toContain(`db (PID ${foreign.pid}) has ended while no manager watched it`);
  });

  test("tells the unknown exit of a detached process that ended unwatched, and can start it", async () => {
    using dir = tempDir();
    const first = await createProcessManager({ stateDir: dir.path });
    const job = first.newProcess("job", "sleep", { args: ["1000"], detach: true });
    await job.start();
    const { pid } = job;
    await first.close();
    process.kill(pid ?? 0, "SIGKILL");
    await expect.poll(() => carriersOf("DROVER_NAME", "job")).not.toContain(pid);
    const second = await createProcessManager({ stateDir: dir.path, logger: listener().logger });
    const found = second.getProcessByName("job");
    expect(found?.status).toMatchObject({
      lifecycle: "exited",
      state: "terminated",
      exit: { code: null, signal: null, cause: "unknown" },
    });
    await found?.start();
    expect(found?.isAlive()).toBe(true);
    await found?.kill();
    await second.close();
  });

  test("sets aside the record of an earlier boot, and keeps what its user wanted", async () => {
    using dir = tempDir();
    writeFileSync(
      join(dir.path, "a.json"),
      JSON.stringify({ name: "a", command: "sleep", args: ["1000"], runOnStartup: true }),
    );
    const options = { templateDir: dir.path, stateDir: join(dir.path, "state") };
    const first = await createProcessManager(options);
    await first.getProcessByName("a")?.stopAndWait();
    await first.close();
    const path = join(dir.path, "state/processes/a.json");
    const identity = { pid: process.pid, startTicks: 1, bootId: "an earlier boot", pidNamespace: "x" };
    const record = { ...(JSON.parse(readFileSync(path, "utf8")) as object), run: { identity, runId: "x" } };
    writeFileSync(path, JSON.stringify(record));
    for (let start = 0; start < 2; start++) {
      const { lines, logger } = listener();
      await using manager = await createProcessManager({ ...options, logger });
      expect(manager.getProcessByName("a")?.status.lifecycle).toBe("initial");
      expect(lines.join("\n").includes("it is of an earlier boot")).toBe(start === 0);
    }
  });

  test("keeps a user's decision through a manager that has no templates, and a record through an attach that fails", async () => {
    using dir = tempDir();
    writeFileSync(
      join(dir.path, "a.json"),
      JSON.stringify({ name: "a", command: "sleep", args: ["1000"], runOnStartup: true }),
    );
    const stateDir = join(dir.path, "state");
    const first = await createProcessManager({ templateDir: dir.path, stateDir });
    await first.getProcessByName("a")?.stopAndWait();
    const { spawn } = await import("node:child_process");
    const [one, two] = [0, 1].map(() => spawn("sleep", ["1000"], { stdio: "ignore" }));
    onTestFinished(() => {
      one?.kill("SIGKILL");
      two?.kill("SIGKILL");
    });
    await first.attachProcess("db", one?.pid ?? 0);
    await first.close();
    const between = await createProcessManager({ stateDir, logger: listener().logger });
    await expect(between.attachProcess("db", two?.pid ?? 0)).rejects.toMatchObject({ code: "NAME_TAKEN" });
    await between.close();
    await using last = await createProcessManager({ templateDir: dir.path, stateDir, logger: listener().logger });
    expect(last.getProcessByName("a")?.status.lifecycle).toBe("initial");
    expect(last.getProcessByName("db")?.pid).toBe(one?.pid);
  });

  test("sets aside records that are none, with a warning, and goes on", async () => {
    using dir = tempDir();
    await (await createProcessManager({ stateDir: dir.path })).close();
    const records = join(dir.path, "processes");
    writeFileSync(join(records, "cut.json"), '{"version": 1, "na');
    writeFileSync(join(records, "future.json"), '{"version": 99}');
    const { lines, logger } = listener();
    await using manager = await createProcessManager({ stateDir: dir.path, logger });
    expect(manager.getAllProcesses()).toEqual([]);
    expect(lines.join("\n")).toMatch(/cut\.json.*set aside.*cut off.*\n.*future\.json.*set aside: it has version 99/);
    expect(readdirSync(records).filter((name) => name.endsWith(".aside"))).toHaveLength(2);
  });
});

describe("files of the state directory", () => {
  test("are for their owner only, and the PID file is there while the process runs", async () => {
    using dir = tempDir();
    const state = join(dir.path, "state");
    await using manager = await createProcessManager({ stateDir: state });
    const web = manager.newProcess("web", "sleep", { args: ["1000"], cwd: dir.path, pidFile: "web.pid" });
    await web.start();
    expect(readFileSync(join(dir.path, "web.pid"), "utf8")).toBe(`${web.pid}\n`);
    await expect.poll(() => existsSync(join(state, "processes/web.json"))).toBe(true);
    for (const [path, mode] of [
      ["", 0o700],
      ["processes", 0o700],
      ["logs", 0o700],
      ["processes/web.json", 0o600],
      ["lock.1", 0o600],
      ["logs/web.out.log", 0o600],
    ] as const) {
      expect([path, statSync(join(state, path)).mode & 0o777]).toEqual([path, mode]);
    }
    await web.stopAndWait();
    expect(existsSync(join(dir.path, "web.pid"))).toBe(false);
  });

  test("that cannot be made are a typed error", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "file"), "");
    await expect(createProcessManager({ stateDir: join(dir.path, "file/state") })).rejects.toThrow(
      /the state directory .* cannot be used/,
    );
  });
});

test.each([
  ["bound", "up", true, "stop"],
  ["bound", "up", false, "nothing"],
  ["detached", "up", true, "adopt"],
  ["detached", "down", true, "stop"],
  ["detached", "up", false, "tell-end"],
  ["attached", "up", true, "reattach"],
  ["attached", "up", false, "tell-end"],
] as const)("a %s process that was to be %s and lives: %s is decided on as: %s", (kind, desired, lives, action) => {
  const identity = { pid: 7, startTicks: 1, bootId: "b", pidNamespace: "n" };
  const record = {
    name: "x",
    kind,
    desired,
    run: { identity, runId: undefined },
    lastRunId: undefined,
    exit: undefined,
    restarts: 0,
  };
  const decision = decideAdoption({ ...record, template: undefined as never }, lives);
  expect(decision.action).toBe(action);
  if (decision.action !== "nothing") expect(decision.reason).toContain("x (PID 7)");
});
