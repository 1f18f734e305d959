import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstValueFrom, timer } from "rxjs";
import { describe, expect, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import { guardianArguments, guardianEnvironment } from "../../src/os/node/guardian-script.js";
import { readBoot } from "../../src/os/node/procfs/boot.js";
import { ProcfsProbe } from "../../src/os/node/procfs/probe.js";
import { tempDir } from "../repo/temp-dir.js";
import { canChoosePids, playUntilPidWasHad, spawnWithPid } from "./chosen-pid.js";

/** Start times are told in ticks of 10 ms: within one tick only a forced PID, as here, can be given out twice. */
const pastOneTickMs = 30;

describe.skipIf(!canChoosePids())("a PID that was given to a stranger (needs root to choose PIDs)", () => {
  test("is not the process that was held", async () => {
    await playUntilPidWasHad(async () => {
      const boot = readBoot();
      if (boot === undefined) throw new Error("cannot happen: PIDs can be chosen without /proc");
      const first = spawn("sleep", ["1000"], { stdio: "ignore" });
      const pid = first.pid ?? 0;
      const probe = ProcfsProbe.open(pid, boot);
      first.kill("SIGKILL");
      await once(first, "exit");
      const stranger = await spawnWithPid(pid);
      if (stranger !== undefined) expect(probe?.sample()).toBe("gone");
      probe?.release();
      if (stranger === undefined) return false;
      stranger.kill("SIGKILL");
      await once(stranger, "exit");
      return true;
    });
  });

  test("is not attached to, signalled, stopped or killed", async () => {
    await playUntilPidWasHad(async () => {
      await using manager = await createProcessManager();
      await using other = await createProcessManager();
      const ours = manager.newProcess("ours", "sleep", { args: ["1000"] });
      await ours.start();
      const { identity } = ours;
      if (identity === undefined) throw new Error("a running process has no identity");
      const attached = await other.attachProcess("attached", identity);
      await expect.poll(() => ours.uptime, { interval: 5 }).toBeGreaterThan(pastOneTickMs);
      await ours.kill();
      const stranger = await spawnWithPid(identity.pid);
      if (stranger === undefined) return false;
      await expect(manager.attachProcess("again", identity)).rejects.toMatchObject({ code: "NOT_SAME_PROCESS" });
      for (const handle of [ours, attached]) {
        await handle.stopAndWait();
        await handle.kill();
        await expect(handle.signal("SIGKILL")).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
        expect(handle.isAlive()).toBe(false);
      }
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      stranger.kill("SIGKILL");
      await once(stranger, "exit");
      return true;
    });
  });

  test("is not ended by the guardian, which had just found it in the hands of a ward", {
    timeout: 60_000,
  }, async () => {
    await playUntilPidWasHad(async () => {
      using dir = tempDir();
      const [asked, swapped, token] = [join(dir.path, "asked"), join(dir.path, "swapped"), randomUUID()];
      // Between what grep finds and what is done about it there is time, here as much as it takes.
      const slow = `#!/bin/sh\n/usr/bin/grep "$@"\ncode=$?\n: > ${asked}\nwhile [ ! -e ${swapped} ]; do sleep 0.01; done\nexit $code\n`;
      writeFileSync(join(dir.path, "grep"), slow, { mode: 0o755 });
      const env = { ...guardianEnvironment, PATH: `${dir.path}:${guardianEnvironment["PATH"] ?? ""}` };
      const ward = spawn("sleep", ["1000"], {
        stdio: "ignore",
        detached: true,
        env: { DROVER_ID: `${token}.1`, PATH: "/usr/bin:/bin" },
      });
      await once(ward, "spawn");
      await firstValueFrom(timer(pastOneTickMs));
      const guardian = spawn("/bin/sh", guardianArguments(token), { stdio: ["pipe", "ignore", "ignore"], env });
      const ended = once(guardian, "exit");
      guardian.stdin.end();
      await expect.poll(() => existsSync(asked), { timeout: 10_000 }).toBe(true);
      ward.kill("SIGKILL");
      await once(ward, "exit");
      const stranger = await spawnWithPid(ward.pid ?? 0);
      writeFileSync(swapped, "");
      await ended;
      if (stranger === undefined) return false;
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
      stranger.kill("SIGKILL");
      expect(await once(stranger, "exit")).toEqual([null, "SIGKILL"]);
      return true;
    });
  });
});
