import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { readEntry } from "../../src/os/node/procfs/table.js";
import { carriersOf, startHost } from "./host-program.js";

const hasProcfs = existsSync("/proc/self/stat");
const patience = { interval: 10, timeout: 15_000 };

/** Main, child, child in its own session, double-forked daemon; all ignore SIGTERM. */
const tree = `
  trap '' TERM
  sleep 1000 &
  setsid sleep 1000 &
  (setsid sh -c 'sleep 1000 & exit' &)
  echo ready
  while :; do sleep 1000; done
`;

const start = (name: string): string => `
  const ready = Promise.withResolvers?.() ?? (() => { let resolve; const promise = new Promise((r) => { resolve = r; }); return { promise, resolve }; })();
  const { Writable } = await import("node:stream");
  const stdout = new Writable({ write: (chunk, encoding, done) => { ready.resolve(); done(); } });
  const manager = await createProcessManager();
  const subject = manager.newProcess(${JSON.stringify(name)}, "sh", { args: ["-c", ${JSON.stringify(tree)}], stdout });
  await subject.start();
  await ready.promise;
  console.log(subject.pid);
`;

const endings = {
  "a return without close": { body: "process.exitCode = 0; setImmediate(() => process.exit());", ends: 0 },
  "process.exit": { body: "process.exit(3);", ends: 3 },
  "an uncaught exception": { body: "setImmediate(() => { throw new Error('a bug') });", ends: 1 },
  SIGTERM: { body: "process.kill(process.pid, 'SIGTERM'); await new Promise(() => {});", ends: "SIGTERM" },
  SIGINT: { body: "process.kill(process.pid, 'SIGINT'); await new Promise(() => {});", ends: "SIGINT" },
  SIGHUP: { body: "process.kill(process.pid, 'SIGHUP'); await new Promise(() => {});", ends: "SIGHUP" },
  SIGKILL: { body: "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});", ends: "SIGKILL" },
} as const;

describe.skipIf(!hasProcfs)("host-bound trees end with their host", () => {
  test.each(Object.entries(endings))("after %s", async (_title, { body, ends }) => {
    const name = `bound-${randomUUID()}`;
    const host = startHost(`${start(name)}\n${body}`);
    await host.line();
    expect(await host.ended).toBe(ends);
    // A second on an idle machine, which docs/lifetime.md tells; the bound here only keeps a hang from lasting.
    await expect.poll(() => carriersOf("DROVER_NAME", name), patience).toEqual([]);
  });

  test("also when its guardian was killed before: a new one has taken over", async () => {
    const name = `bound-${randomUUID()}`;
    const host = startHost(`${start(name)}\nsetInterval(() => {}, 1000);`);
    await host.line();
    const [first] = await guardiansOf(host.child.pid ?? 0);
    process.kill(first ?? 0, "SIGKILL");
    await expect
      .poll(async () => (await guardiansOf(host.child.pid ?? 0)).filter((pid) => pid !== first).length, patience)
      .toBe(1);
    host.child.kill("SIGKILL");
    await expect.poll(() => carriersOf("DROVER_NAME", name), patience).toEqual([]);
  });

  test("a host that closes dismisses its guardian, and ends by itself", async () => {
    const name = `bound-${randomUUID()}`;
    const host = startHost(`${start(name)}
      await manager.close();
      const { readdirSync, readFileSync } = await import("node:fs");
      const isMine = (pid) => { try { return readFileSync("/proc/" + pid + "/stat", "latin1").split(") ")[1].split(" ")[1] === String(process.pid); } catch { return false; } };
      console.log(JSON.stringify(readdirSync("/proc").filter((pid) => /^[0-9]+$/.test(pid) && isMine(pid))));
    `);
    await host.line();
    expect(await host.line()).toBe("[]");
    expect(await host.ended).toBe(0);
    expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
  });

  test("the guardian is a small shell outside the session of the host, and polls nothing", async () => {
    const host = startHost(`${start(`bound-${randomUUID()}`)}\nsetInterval(() => {}, 1000);`);
    onTestFinished(() => void host.child.kill("SIGKILL"));
    await host.line();
    const [guardian = 0] = await guardiansOf(host.child.pid ?? 0);
    const status = readFileSync(`/proc/${guardian}/status`, "latin1");
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])).toBeLessThan(4096);
    expect(readEntry(guardian)?.session).toBe(guardian);
    const switches = (): string =>
      /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${guardian}/status`, "latin1"))?.[1] ?? "";
    await expect.poll(() => readEntry(guardian)?.stat.state).toBe("sleeping");
    const before = switches();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(switches()).toBe(before);
  });

  test("a detached process outlives its host", async () => {
    const name = `detached-${randomUUID()}`;
    const host = startHost(`
      const manager = await createProcessManager();
      await manager.newProcess(${JSON.stringify(name)}, "sleep", { args: ["1000"], detach: true }).start();
      await manager.newProcess("bound", "sleep", { args: ["1000"] }).start();
      console.log("up");
      process.kill(process.pid, "SIGKILL");
    `);
    await host.ended;
    const [pid = 0] = await carriersOf("DROVER_NAME", name);
    onTestFinished(() => void process.kill(pid, "SIGKILL"));
    // The guardian needs a third of a second for those it ends: what lives a second later was left alone.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await carriersOf("DROVER_NAME", name)).toEqual([pid]);
  });
});

async function guardiansOf(hostPid: number): Promise<number[]> {
  const { readTable, readCommandLine } = await import("../../src/os/node/procfs/table.js");
  const table = await readTable();
  return table
    .filter(({ pid, parentPid }) => parentPid === hostPid && readCommandLine(pid).includes("drover-guardian"))
    .map(({ pid }) => pid);
}
