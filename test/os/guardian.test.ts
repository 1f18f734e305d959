import { existsSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { readCommandLine, readTable } from "../../src/os/node/procfs/table.js";

const os = createNodeOs();
afterAll(() => os.close());

test.skipIf(!existsSync("/proc/self/stat"))("the guardian shows as a short command in lists of processes", async () => {
  const discard = { kind: "discard" } as const;
  const env = { PATH: process.env["PATH"] ?? "" };
  const request = { file: "sleep", args: ["1000"], cwd: "/", env, detach: false, stdin: "ignore" } as const;
  const child = await os.spawn({ ...request, stdout: discard, stderr: discard });
  const lines = async (): Promise<readonly (readonly string[])[]> => {
    const children = (await readTable()).filter(({ parentPid }) => parentPid === process.pid);
    return children.map(({ pid }) => readCommandLine(pid)).filter((words) => words.includes(os.hostToken));
  };
  // Started a moment ago, it may be on its way from one program into the other, in which it shows no arguments.
  const shown = ["/bin/sh", "-c", 'eval "$DROVER_GUARDIAN"', "drover-guardian", os.hostToken];
  await expect.poll(lines).toEqual([shown]);
  await child.signalTree("SIGKILL");
  await child.exit;
});
