import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import { readCommandLine, readTable } from "../../src/os/node/procfs/table.js";
import { tempDir } from "../repo/temp-dir.js";

const hasProcfs = existsSync("/proc/self/stat");
const entry = new URL("../../dist/index.js", import.meta.url).href;

/** Living processes with this text in their command line. */
async function withCommand(text: string): Promise<number[]> {
  const table = await readTable();
  return table.filter(({ pid, alive }) => alive && readCommandLine(pid).join(" ").includes(text)).map(({ pid }) => pid);
}

/** A number of seconds that is nowhere else on this machine, so that `sleep` can be found by it. */
const uniqueSeconds = (): string => String(100_000 + Math.floor(Math.random() * 1e9));

describe.skipIf(!hasProcfs)("a stop reaches", () => {
  test("what was left in the group with a wiped environment by a leader that ended by itself", async () => {
    await using manager = await createProcessManager();
    const seconds = uniqueSeconds();
    const leaver = manager.newProcess("leaver", "sh", { args: ["-c", `env -i sleep ${seconds} & exit 1`] });
    for (let run = 0; run < 3; run++) {
      await leaver.start();
      await leaver.wait();
      // Two of one name must not overlap: what the run before has left is gone by now.
      expect((await withCommand(`sleep ${seconds}`)).length).toBeLessThanOrEqual(1);
    }
    expect(await leaver.stopAndWait()).toMatchObject({ survivors: [] });
    expect(await withCommand(`sleep ${seconds}`)).toEqual([]);
  });

  test("a chain of processes that ignore SIGTERM, fork and exit for ever", async () => {
    using dir = tempDir();
    const link = join(dir.path, "link.sh");
    const steps = join(dir.path, "steps");
    // A look at the process table may miss it altogether, so it leaves a trace of each step.
    writeFileSync(link, `trap '' TERM\necho step >> ${steps}\nsleep 0.002\nsh "$0" &\n`);
    const count = (): number => (existsSync(steps) ? statSync(steps).size : 0);
    const manager = await createProcessManager();
    onTestFinished(() => manager.close());
    for (let round = 0; round < 3; round++) {
      const name = `chain-${round}`;
      const chain = manager.newProcess(name, "sh", {
        args: ["-c", `trap '' TERM; sh ${link} & trap - TERM; exec sleep 1000`],
        stop: { gracePeriod: 100 },
      });
      await chain.start();
      const before = count();
      await expect.poll(count, { interval: 1, timeout: 15_000 }).toBeGreaterThan(before + 50);
      expect(await chain.stopAndWait()).toMatchObject({ forced: true, survivors: [] });
      const after = count();
      for (let look = 0; look < 10; look++) expect(await withCommand(link)).toEqual([]);
      expect(count()).toBe(after);
    }
  });
});

describe.skipIf(!hasProcfs)("a stop of an attached process the host itself hangs below", () => {
  test.each(["", "set -m; "])("spares the host and its other children (%j)", async (jobControl) => {
    using dir = tempDir();
    const program = join(dir.path, "host.mjs");
    writeFileSync(
      program,
      `
      import { spawn } from "node:child_process";
      import { createProcessManager } from ${JSON.stringify(entry)};
      const other = spawn("sleep", ["1000"], { stdio: "ignore" });
      const manager = await createProcessManager();
      const parent = await manager.attachProcess("parent", process.ppid);
      const { survivors } = await parent.stopAndWait({ gracePeriod: 300 });
      console.log(JSON.stringify({ survivors, other: other.exitCode ?? other.signalCode }));
      other.kill("SIGKILL");
      await manager.close();
    `,
    );
    const shell = spawn("bash", ["-c", `${jobControl}"$0" "$1"; true`, process.execPath, program], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output = once(shell.stdout, "data") as Promise<[Buffer]>;
    const [text] = await output;
    expect(JSON.parse(text.toString())).toEqual({ survivors: [], other: null });
    await expect.poll(() => withCommand(program)).toEqual([]);
  });
});
