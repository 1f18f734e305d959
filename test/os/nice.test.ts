import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createNodeOs } from "../../src/os/node/node-os.js";
import { applyNiceness, reachEarlyChildren } from "../../src/os/node/privilege/niceness.js";
import type { SpawnRequest } from "../../src/os/os.js";
import { tempDir } from "../repo/temp-dir.js";

const os = createNodeOs();
const isRoot = process.geteuid?.() === 0;

afterAll(() => os.close());

const request = (args: readonly string[], change: Partial<SpawnRequest> = {}): SpawnRequest => ({
  file: "sh",
  args: ["-c", ...args],
  cwd: "/",
  env: { PATH: process.env["PATH"] ?? "", DROVER_ID: `nice-${Math.random()}` },
  detach: false,
  stdin: "ignore",
  stdout: { kind: "discard" },
  stderr: { kind: "discard" },
  ...change,
});

describe("nice", () => {
  test("is the priority of the process, its threads and children when the start is over", async () => {
    const args = ["-e", "setInterval(() => {}, 1000)"];
    const child = await os.spawn({ ...request([]), file: process.execPath, args, nice: 7 });
    await expect.poll(() => threadsOf(child.identity.pid).length).toBeGreaterThan(4);
    expect(prioritiesOf(child.identity.pid)).toEqual(new Set([7]));
    await child.signalTree("SIGKILL");
    await child.exit;
  });

  test("reaches children that were forked at once", async () => {
    const child = await os.spawn(request(["sleep 1000 & sleep 1000 & (sleep 1000 & sleep 1000) & wait"], { nice: 9 }));
    await expect.poll(async () => (await child.survivors()).length).toBeGreaterThanOrEqual(5);
    const priorities = (await child.survivors()).map(({ pid }) => getPriority(pid));
    expect(new Set(priorities)).toEqual(new Set([9]));
    await child.signalTree("SIGKILL");
    await child.exit;
  });

  test("is told to threads and children that were there before", async () => {
    const script = `require("child_process").spawn("sleep", ["1000"]); setInterval(() => {}, 1000)`;
    const child = await os.spawn({ ...request([]), file: process.execPath, args: ["-e", script] });
    const { pid } = child.identity;
    await expect.poll(() => threadsOf(pid).length).toBeGreaterThan(4);
    await expect.poll(async () => (await child.survivors()).length).toBe(2);
    const own = getPriority();
    applyNiceness(pid, own + 3);
    expect(prioritiesOf(pid)).toEqual(new Set([own + 3]));
    const prioritiesOfTree = async (): Promise<number[]> =>
      (await child.survivors()).map((member) => getPriority(member.pid)).sort();
    expect(await prioritiesOfTree()).toEqual([own, own + 3]);
    await reachEarlyChildren(child, own + 3);
    expect(await prioritiesOfTree()).toEqual([own + 3, own + 3]);
    await child.signalTree("SIGKILL");
    await child.exit;
  });

  test("of a process that has ended is no error, of another user's it is NOT_PERMITTED", () => {
    expect(() => applyNiceness(0x7ffffff0, 5)).not.toThrow();
    if (!isRoot) return;
    process.seteuid?.(65534);
    try {
      expect(() => applyNiceness(1, 5)).toThrow(expect.objectContaining({ code: "NOT_PERMITTED" }));
    } finally {
      process.seteuid?.(0);
    }
  });

  test("leaves this program as it is, and what is started without it", async () => {
    const before = getPriority();
    const niced = await os.spawn(request(["exec sleep 1000"], { nice: 19 }));
    const plain = await os.spawn(request(["exec sleep 1000"]));
    expect(getPriority()).toBe(before);
    expect(getPriority(plain.identity.pid)).toBe(before);
    for (const child of [niced, plain]) {
      await child.signalTree("SIGKILL");
      await child.exit;
    }
  });

  test.skipIf(!isRoot)("may be negative for root, also for another user's process", async () => {
    const child = await os.spawn(request(["exec sleep 1000"], { nice: -5, runAs: { user: "nobody" } }));
    expect(getPriority(child.identity.pid)).toBe(-5);
    await child.signalTree("SIGKILL");
    await child.exit;
  });

  test.skipIf(!isRoot)("below the own one is refused without permission, before anything runs", async () => {
    using dir = tempDir();
    process.seteuid?.(65534);
    try {
      const refused = os.spawn(request([`touch ${join(dir.path, "ran")}`], { nice: -1 }));
      await expect(refused).rejects.toMatchObject({ code: "NOT_PERMITTED" });
      await expect(refused).rejects.toThrow(/nice -1 is below the -?\d+ of this program.*RLIMIT_NICE/);
    } finally {
      process.seteuid?.(0);
    }
    expect(readdirSync(dir.path)).toEqual([]);
  });

  test("a process that ends at once is started all the same", async () => {
    for (let run = 0; run < 10; run++) {
      const child = await os.spawn(request(["exit 3"], { nice: 10 }));
      expect(await child.exit).toMatchObject({ code: 3 });
    }
  });
});

/** Each once, however many threads there are: a program makes more of them while it starts. */
function prioritiesOf(pid: number): ReadonlySet<number> {
  return new Set(threadsOf(pid).map(getPriority));
}

function threadsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}
