import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProcessManager, type Identity, type Process } from "../../src/index.js";
import { guardianScript } from "../../src/os/node/guardian-script.js";
import { readEntry } from "../../src/os/node/procfs/table.js";
import { canChoosePids, playUntilPidWasHad, spawnWithPid } from "../os/chosen-pid.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

/** Start times are told in ticks of 10 ms: only after one has passed do two owners of a number differ. */
const pastOneTickMs = 30;
const hasProcfs = existsSync("/proc/self/stat");
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Record {
  kind: string;
  desired: string;
  run: { identity: Identity; runId?: string };
}

/** Ends the process of a handle from outside, and gives its number to an innocent one. */
async function replaceByStranger(subject: Process): Promise<ChildProcess | undefined> {
  await expect.poll(() => subject.uptime, { interval: 5 }).toBeGreaterThan(pastOneTickMs);
  const { pid = 0 } = subject;
  const exit = subject.wait();
  process.kill(pid, "SIGKILL");
  await exit;
  return await spawnWithPid(pid);
}

/** Looks at a state directory, or ends what it names there; whether it could is of no interest here. */
async function doctor(stateDir: string, ...flags: readonly string[]): Promise<void> {
  const { status, stderr } = await run(process.execPath, [
    "dist/cli/main.js",
    "doctor",
    "--state-dir",
    stateDir,
    ...flags,
  ]);
  expect([0, 1, 3], stderr).toContain(status);
}

async function requireUnhurt(stranger: ChildProcess): Promise<void> {
  expect(stranger.exitCode ?? stranger.signalCode, "the stranger").toBeNull();
  stranger.kill("SIGKILL");
  await once(stranger, "exit");
}

describe.skipIf(!canChoosePids())("an innocent process with a PID that was ours (needs root to choose PIDs)", () => {
  test("survives start, restart, stop and kill of the process whose number it got", async () => {
    await playUntilPidWasHad(async () => {
      await using manager = await createProcessManager();
      const subject = manager.newProcess("ours", "sleep", { args: ["1000"] });
      await subject.start();
      const stranger = await replaceByStranger(subject);
      if (stranger === undefined) return false;
      await subject.stopAndWait();
      await subject.start();
      expect(subject.pid).not.toBe(stranger.pid);
      await subject.restart();
      await subject.stopAndWait();
      await subject.kill();
      await requireUnhurt(stranger);
      return true;
    });
  });

  test("survives doctor and the adoption of a record that names its number, whatever the record says", {
    timeout: 90_000,
  }, async () => {
    await playUntilPidWasHad(async () => {
      using dir = tempDir();
      const first = await createProcessManager({ stateDir: dir.path });
      const subject = first.newProcess("ours", "sleep", {
        args: ["1000"],
        detach: true,
        pidFile: join(dir.path, "pid"),
      });
      await subject.start();
      const path = join(dir.path, "processes", "ours.json");
      const record = JSON.parse(readFileSync(path, "utf8")) as Record;
      const stranger = await replaceByStranger(subject);
      await first.close();
      if (stranger === undefined) return false;
      for (const kind of ["detached", "bound", "attached"]) {
        for (const desired of ["up", "down"]) {
          writeFileSync(path, JSON.stringify({ ...record, kind, desired }));
          if (desired === "up") await doctor(dir.path);
          if (desired === "up") await doctor(dir.path, "--stop", "ours");
          writeFileSync(path, JSON.stringify({ ...record, kind, desired }));
          await using manager = await createProcessManager({ stateDir: dir.path, logger: quiet });
          expect(manager.getProcessByPid(stranger.pid ?? 0)).toBeUndefined();
          const attaching = manager.attachProcess("again", record.run.identity);
          await expect(attaching).rejects.toMatchObject({ code: "NOT_SAME_PROCESS" });
          const found = manager.newProcess("ours", "sleep", { args: ["1000"], detach: true });
          await found.stopAndWait();
          await found.start();
          expect(found.pid).not.toBe(stranger.pid);
          await found.kill();
        }
      }
      await requireUnhurt(stranger);
      return true;
    });
  });

  test("survives a manager that takes over the lock in which its number stands", async () => {
    await playUntilPidWasHad(async () => {
      using dir = tempDir();
      const first = await createProcessManager();
      const subject = first.newProcess("holder", "sleep", { args: ["1000"] });
      await subject.start();
      const { identity } = subject;
      const stranger = await replaceByStranger(subject);
      await first.close();
      if (stranger === undefined) return false;
      const holder = { identity, startedAt: new Date().toISOString(), hostToken: "token-of-the-dead" };
      writeFileSync(join(dir.path, "lock.7"), JSON.stringify(holder));
      const manager = await createProcessManager({ stateDir: dir.path, logger: quiet });
      expect(readdirSync(dir.path).filter((name) => name.startsWith("lock."))).toEqual(["lock.8"]);
      await manager.close();
      await requireUnhurt(stranger);
      return true;
    });
  });
});

test.skipIf(!hasProcfs)(
  "a guardian leaves a group alone whose leader started at another moment than it was told",
  async () => {
    const stranger = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
    onTestFinished(() => void stranger.kill("SIGKILL"));
    const { pid = 0 } = stranger;
    const ticks = readEntry(pid)?.startTicks ?? 0;
    const guard = async (told: number): Promise<void> => {
      const guardian = spawn("/bin/sh", ["-c", guardianScript, "drover-guardian", "a-token-nobody-carries"], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      guardian.stdin.end(`+ ${pid} ${told}\n`);
      await once(guardian, "exit");
    };
    for (const told of [ticks - 3, ticks + 1]) await guard(told);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    // That the right moment makes it act shows that the wrong one held it back.
    const exit = once(stranger, "exit");
    await guard(ticks);
    expect(await exit).toEqual([null, "SIGTERM"]);
  },
);
