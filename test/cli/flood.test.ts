import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Client } from "../../src/api/client.js";
import { clientOf, place, shell, startDaemon } from "./daemon.js";

const mega = 1024 * 1024;
const line = "a line of a flood, as long as they are in most logs, with words, a number 1234567890 and some more.";

/** Follows the log of a process, a few hundred lines a second. */
async function readSlowly(socketPath: string, name: string): Promise<void> {
  const call = request({ socketPath, path: `/api/processes/${name}/logs?follow=true` });
  onTestFinished(() => void call.destroy());
  call.on("error", () => undefined);
  call.end();
  const [response] = (await once(call, "response")) as [IncomingMessage];
  response.pause();
  const reading = setInterval(() => response.read(4096), 100);
  onTestFinished(() => clearInterval(reading));
}

/** Starts a process and waits for its end. */
async function finish(client: Client, name: string): Promise<void> {
  await client.command("start", { names: [name] });
  await client.wait(name, { for: "exited", timeout: "280s" });
  await client.logs(name);
}

/** Resident memory of a process, proc_pid_status(5). */
function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

test.skipIf(!existsSync("/proc/self/status"))(
  "a manager is not 20 MB larger after a flood of 2 GB that one slow reader has followed",
  { timeout: 320_000 },
  async () => {
    const flood = shell(`yes "${line}" | head -c 2000000000`);
    const ordinary = { name: "ordinary", ...shell("echo hello") };
    const here = place(ordinary, { name: "flood", ...flood, logs: { maxSize: "10MiB", maxFiles: 5 } });
    const pid = await startDaemon(here);
    await readSlowly(join(here.path, ".drover/drover.sock"), "flood");
    const client = clientOf(here);
    // Before: when it has done what it does for every process.
    await finish(client, "ordinary");
    const before = residentBytes(pid);
    await finish(client, "flood");
    // What was read last is collected a little later.
    await expect.poll(() => (residentBytes(pid) - before) / mega, { timeout: 20_000, interval: 500 }).toBeLessThan(20);
  },
);
