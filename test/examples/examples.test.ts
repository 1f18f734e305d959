import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";

/** Lines that each example prints, in this order; others may stand between them. */
const expected: Readonly<Record<string, readonly string[]>> = {
  "01-start-and-stop.ts": [
    "it says: ready",
    "shell runs: true, processes: 2",
    "ended by SIGTERM, asked for: true",
    "SIGKILL was needed: false, left: 0",
  ],
  "02-template.ts": [
    "ticker: A ticking clock, grace period 2000 ms",
    "before: initial",
    "during: alive true",
    "ticker: running",
    "faster: running",
    "after: terminated, terminated",
  ],
  "03-attach-a-pid.ts": ["ticker: - → initial", "attached to sleep 60"],
  "04-subscribe-to-status.ts": [
    "state: (first) → initial",
    "kernel: sleep, 1 thread, umask known: true",
    "resources: 1 process, uses memory: true",
    "seen: stopped, alive true",
    "no more states: the manager is closed",
  ],
  "05-detached.ts": ["the first manager is closed", "found again: alive true", "left: 0, its log: ticking as ticker"],
  "06-detached-and-readopted.ts": [
    "the first host program was ended by SIGKILL",
    "manager: adopted kept (PID …), which runs on",
    "found again: kept",
    "the same process: true, wanted: up",
    "left: 0, its log: ticking as kept",
  ],
  "07-python-agent.ts": [
    "agent: ready, in .venv",
    "ready: true",
    "agent: ready, in .venv",
    "it was ended by SIGKILL, and is ready again",
    "agent: ending",
  ],
  "08-http-readiness.ts": [
    "ready: true, it says: hello",
    "why it was replaced: its liveness check failed 3 times in a row: no answer within 1s; restart 1 in 1s",
  ],
  "09-database-and-dependents.ts": [
    "the API is not ready",
    "the API is ready",
    "the API is not ready",
    "the API is ready",
    "restarts of the database: 1, of the API: 0",
    "the API is not ready",
    "stopped: api, then database",
  ],
  "10-cron-job.ts": [
    "armed: true, runs: false",
    "succeeded with exit code 0, was due at a full second: true",
    "succeeded with exit code 0, was due at a full second: true",
    "armed: false",
  ],
  "11-host-cli.ts": ["the program goes on; exit code 0"],
};

const loader = join(root, "scripts/typescript-loader.js");
const examples = readdirSync(join(root, "examples")).filter((name) => name.endsWith(".ts"));

test("every example has its expectations", () => {
  expect(examples.sort()).toEqual(Object.keys(expected));
});

test.for(examples)(
  "%s ends by itself, says what it should, and leaves nothing behind",
  {
    timeout: 60_000,
  },
  async (name) => {
    using dir = tempDir();
    const path = join(root, "examples", name);
    expect(readFileSync(path, "utf8"), "an example ends by itself").not.toContain("process.exit(");
    // Unlike the marker of the test run, this one tells the examples from each other.
    const marker = randomUUID();
    const env = { DROVER_TEST_EXAMPLE: marker, TMPDIR: dir.path };
    const { status, stdout, stderr } = await run(process.execPath, ["--import", loader, path], { cwd: dir.path, env });

    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    const lines = expected[name] ?? [];
    expect(stdout.split("\n").filter((line) => lines.includes(line))).toEqual(lines);
    expect(findCarriers(`DROVER_TEST_EXAMPLE=${marker}`)).toEqual([]);
    expect(readdirSync(dir.path)).toEqual([]);
  },
);

test("a process that an example left behind would be found", async () => {
  const marker = randomUUID();
  const left = spawn("sleep", ["60"], { env: { ...process.env, DROVER_TEST_EXAMPLE: marker }, stdio: "ignore" });
  const ended = once(left, "exit");
  try {
    await once(left, "spawn");
    expect(findCarriers(`DROVER_TEST_EXAMPLE=${marker}`)).toEqual([`${left.pid}: sleep 60`]);
  } finally {
    left.kill("SIGKILL");
    await ended;
  }
});

/** Living processes with this variable in their environment. */
function findCarriers(variable: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readProc(pid, "environ").split("\0").includes(variable))
    .map((pid) => `${pid}: ${readProc(pid, "cmdline").replaceAll("\0", " ").trim()}`);
}

/** A file of `/proc/PID`, empty when the process has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
