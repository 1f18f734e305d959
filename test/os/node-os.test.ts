import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import type { SpawnRequest } from "../../src/os/os.js";
import { describeOsContract, type ProgramKind } from "./os-contract.js";

const shell = (script: string): Pick<SpawnRequest, "file" | "args"> => ({ file: "/bin/sh", args: ["-c", script] });

const programs: Record<ProgramKind, Pick<SpawnRequest, "file" | "args">> = {
  sleeps: { file: "sleep", args: ["1000"] },
  "exits 3": shell("exit 3"),
  "ignores SIGTERM": shell("trap '' TERM; echo ready; exec sleep 1000"),
  "has a child that ignores SIGTERM": shell("(trap '' TERM; echo ready; exec sleep 1000) & exec sleep 1000"),
  "listens at $SOCKET_PATH": {
    file: process.execPath,
    args: [
      "-e",
      `const server = require("net").createServer().listen(process.env.SOCKET_PATH, () => console.log("ready"));
      process.on("SIGTERM", () => server.close());`,
    ],
  },
  echoes: { file: "cat", args: [] },
};

const foreigners: ReturnType<typeof spawn>[] = [];

afterAll(() => {
  for (const child of foreigners) child.kill("SIGKILL");
});

async function startForeign(): Promise<number> {
  // A child of this test program, but not of the adapter: nobody tells the adapter how it ends.
  const child = spawn("cat", [], { stdio: ["pipe", "pipe", "ignore"] });
  foreigners.push(child);
  child.stdin.write("are you there?");
  // From now on it sleeps. That it was spawned would not tell that the kernel shows its arguments, execve(2).
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

for (const procfs of [true, false]) {
  if (procfs && !existsSync("/proc/self/stat")) {
    console.log("skipped: the os contract through /proc, because there is no /proc here");
    continue;
  }
  describeOsContract(procfs ? "Node with /proc" : "Node without /proc", () => ({
    os: createNodeOs({ procfs }),
    program: (kind) => programs[kind],
    cwd: tmpdir(),
    settle: (promise) => promise,
    startForeign,
    isPrivileged: process.geteuid?.() === 0,
    seesKernel: procfs,
  }));
}
