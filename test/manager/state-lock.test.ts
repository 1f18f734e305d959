import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acquireLock } from "../../src/manager/state-lock.js";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { startHost } from "../faults/host-program.js";
import { tempDir } from "../repo/temp-dir.js";

const os = createNodeOs();

describe("the lock of a state directory", () => {
  test("is held by one manager; another one is told by whom, and gets it after the first has let go", async () => {
    using dir = tempDir();
    const first = await acquireLock(dir.path, os);
    await expect(acquireLock(dir.path, createNodeOs())).rejects.toMatchObject({ code: "STATE_DIR_LOCKED" });
    await expect(acquireLock(dir.path, os)).rejects.toThrow(
      new RegExp(
        `is held by process ${process.pid}, running since \\d{4}-.*; stop that manager or use another state directory`,
      ),
    );
    first.release();
    const second = await acquireLock(dir.path, os);
    expect(second.previous).toEqual([]);
    expect(statSync(join(dir.path, "lock.1")).mode & 0o777).toBe(0o600);
    second.release();
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test("of a dead manager is taken over by exactly one of ten that try at once", { timeout: 180_000 }, async () => {
    using dir = tempDir();
    for (let round = 0; round < 3; round++) {
      const body = `
        await new Promise((resolve) => process.stdin.once("data", resolve));
        const manager = await createProcessManager({ stateDir: ${JSON.stringify(dir.path)} }).catch((error) => error);
        console.log(manager instanceof Error ? manager.code : "held");
        setInterval(() => {}, 1000);
      `;
      const hosts = Array.from({ length: 10 }, () => startHost(body, { stdin: "pipe" }));
      for (const { child } of hosts) child.stdin?.write("go\n");
      const words = await Promise.all(hosts.map((host) => host.line()));
      expect(words.sort()).toEqual([...Array.from({ length: 9 }, () => "STATE_DIR_LOCKED"), "held"]);
      for (const { child, ended } of hosts) {
        child.kill("SIGKILL");
        await ended;
      }
      expect(readdirSync(dir.path).filter((name) => name.startsWith("lock."))).toHaveLength(1);
    }
  });

  test("held in another boot is dead, in another PID namespace of this boot it may live", async () => {
    using dir = tempDir();
    const { identity } = os.host;
    const plant = (change: object): void =>
      writeFileSync(
        join(dir.path, "lock.7"),
        JSON.stringify({ identity: { ...identity, ...change }, startedAt: "2026-01-01T00:00:00.000Z", hostToken: "t" }),
      );
    plant({ pidNamespace: "pid:[1]" });
    await expect(acquireLock(dir.path, os)).rejects.toThrow(
      /in another container; if that has ended, remove .*lock\.7/,
    );
    plant({ bootId: "an earlier boot" });
    const lock = await acquireLock(dir.path, os);
    expect(lock.previous).toMatchObject([{ hostToken: "t" }]);
    expect(readdirSync(dir.path)).toEqual(["lock.8"]);
    lock.release();
  });

  test("that was given to a stranger's PID is dead: the stranger is not the holder", async () => {
    using dir = tempDir();
    const { identity } = os.host;
    const stranger = { ...identity, startTicks: identity.startTicks - 1 };
    const holder = { identity: stranger, startedAt: "2026-01-01T00:00:00.000Z", hostToken: "t" };
    writeFileSync(join(dir.path, "lock.1"), JSON.stringify(holder));
    const lock = await acquireLock(dir.path, os);
    expect(existsSync(join(dir.path, "lock.2"))).toBe(true);
    lock.release();
  });

  test("that cannot be read counts as held, and the error says which file to look at", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "lock.3"), "{");
    await expect(acquireLock(dir.path, os)).rejects.toThrow(/lock\.3 is not a lock of drover; .*remove that file/);
  });
});
