import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import { readBoot } from "../../src/os/node/procfs/boot.js";
import { ProcfsProbe } from "../../src/os/node/procfs/probe.js";
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
});
