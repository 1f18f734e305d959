import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { readEntry, readTable } from "../../src/os/node/procfs/table.js";

/** It becomes the same shell again and again: of many looks at it some fall between two programs, execve(2). */
async function startRestless(runId: string): Promise<number> {
  const again = `exec sh -c 'eval "$AGAIN"'`;
  const env = { PATH: process.env["PATH"] ?? "", AGAIN: again, DROVER_ID: runId, DROVER_NAME: "restless" };
  const child = spawn("sh", ["-c", again], { stdio: "ignore", env });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  await once(child, "spawn");
  return child.pid ?? 0;
}

const looks = Array.from({ length: 50 });

describe.skipIf(!existsSync("/proc/self/environ"))("a process on its way into another program", () => {
  test("is found by its DROVER_ID all the same", async () => {
    const os = createNodeOs();
    const runId = randomUUID();
    const pid = await startRestless(runId);
    for (const _look of looks) {
      const carriers = await os.findCarriers(runId);
      expect(carriers.map(({ identity, name }) => [identity.pid, name])).toEqual([[pid, "restless"]]);
    }
  });

  test("has its DROVER_ID in the process table", async () => {
    const runId = randomUUID();
    const pid = await startRestless(runId);
    for (const _look of looks) expect((await readTable()).find((row) => row.pid === pid)?.runId).toBe(runId);
  });

  test("is not one that has an empty environment, which would be waited for in vain", async () => {
    const bare = spawn("env", ["-i", "cat"], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void bare.kill("SIGKILL"));
    bare.stdin.write("are you there?");
    await once(bare.stdout, "data");
    expect(readEntry(bare.pid ?? 0, 0)).toMatchObject({ alive: true, runId: undefined, isBetweenPrograms: false });
  });
});
