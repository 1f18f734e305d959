import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProcessManager } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { type FiveProcessTree, fiveProcessTree, unfindable } from "./five-process-tree.js";
import { startHost } from "./host-program.js";
import { instancesOf } from "./instances.js";

const hasProcfs = existsSync("/proc/self/stat");
const patience = { interval: 10, timeout: 15_000 };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Whatever a test leaves of a tree is ended by it, the process that nothing can find included. */
function endAfterTest(tree: FiveProcessTree): void {
  onTestFinished(async () => {
    for (const pid of (await tree.living()).values()) process.kill(pid, "SIGKILL");
    await expect.poll(async () => (await tree.living()).size, patience).toBe(0);
  });
}

describe.skipIf(!hasProcfs)("of a tree of five processes", () => {
  test("a stop leaves only the daemon that wiped its environment", async () => {
    const tree = fiveProcessTree();
    endAfterTest(tree);
    await using manager = await createProcessManager();
    const stop = { gracePeriod: 100 };
    const subject = manager.newProcess("tree", "sh", { args: ["-c", tree.script], stop });
    await subject.start();
    await expect.poll(tree.isComplete, patience).toBe(true);
    const { forced, survivors } = await subject.stopAndWait();
    const left = [...(await tree.living()).keys()];
    console.log(`survivors of stopAndWait: ${left.join(", ")}`);
    expect({ forced, survivors, left }).toEqual({ forced: true, survivors: [], left: [unfindable] });
  });

  test("the SIGKILL of the host leaves only the daemon that wiped its environment", async () => {
    const tree = fiveProcessTree();
    endAfterTest(tree);
    const host = startHost(`
      const manager = await createProcessManager();
      await manager.newProcess("tree", "sh", { args: ["-c", ${JSON.stringify(tree.script)}] }).start();
      console.log("up");
    `);
    await host.line();
    await expect.poll(tree.isComplete, patience).toBe(true);
    host.child.kill("SIGKILL");
    await host.ended;
    await expect.poll(async () => [...(await tree.living()).keys()], patience).toEqual([unfindable]);
    console.log(`survivors of the host's SIGKILL: ${[...(await tree.living()).keys()].join(", ")}`);
  });

  test("nothing survives a stop when the tree was looked at while it was one", async () => {
    const tree = fiveProcessTree();
    endAfterTest(tree);
    await using manager = await createProcessManager();
    // The daemon stays a child until its parent is told to leave it.
    const script = tree.script.replace(/\(setsid env -i sh -c '(sleep \d+) & exit' &\)/, "setsid env -i $1 &");
    const subject = manager.newProcess("tree", "sh", { args: ["-c", script], stop: { gracePeriod: 100 } });
    await subject.start();
    await expect.poll(async () => (await tree.living()).size, patience).toBe(5);
    const { survivors } = await subject.stopAndWait();
    expect([survivors, [...(await tree.living())]]).toEqual([[], []]);
  });
});

const counting = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done";
/** Main, child, child in its own session, double-forked daemon; all ignore SIGTERM. */
const boundTree =
  "trap '' TERM; sleep 1000 & setsid sleep 1000 & (setsid sh -c 'sleep 1000 & exit' &); exec sleep 1000";
const watchedMs = 5000;

test.skipIf(!hasProcfs)(
  "of 20 processes the 10 detached survive the SIGKILL of their manager without a lost line, and the next one has them",
  { timeout: 60_000 },
  async () => {
    using dir = tempDir();
    const free = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => `free-${index}-${randomUUID()}`);
    const bound = free.map((name) => name.replace("free", "bound"));
    onTestFinished(async () => {
      for (const { pids } of await instancesOf([...free, ...bound]))
        for (const pid of pids) process.kill(pid, "SIGKILL");
    });
    const host = startHost(`
      const manager = await createProcessManager({ stateDir: ${JSON.stringify(dir.path)} });
      const make = (detach, scriptOf) => (name, index) => manager.newProcess(name, "sh", { args: ["-c", scriptOf(index)], detach });
      const all = [
        ...${JSON.stringify(free)}.map(make(true, (index) => index === 0 ? ${JSON.stringify(counting)} : "exec sleep 1000")),
        ...${JSON.stringify(bound)}.map(make(false, () => ${JSON.stringify(boundTree)})),
      ];
      await Promise.all(all.map((one) => one.start()));
      console.log(JSON.stringify(all.map(({ name, pid }) => [name, pid])));
    `);
    const pids = new Map(JSON.parse(await host.line()) as [string, number][]);
    await expect.poll(async () => countLiving(await instancesOf(bound)), patience).toBe(40);
    const lines = (): number[] =>
      readFileSync(join(dir.path, "logs", `${free[0]}.out.log`), "utf8")
        .trimEnd()
        .split("\n")
        .map(Number);
    await expect.poll(() => lines().length, patience).toBeGreaterThan(1);
    host.child.kill("SIGKILL");
    await host.ended;
    const linesBefore = lines().length;
    await Promise.all([delay(watchedMs), expect.poll(() => instancesOf(bound), patience).toEqual([])]);
    const written = expect.poll(() => lines().length, { ...patience, message: "lines written while nobody was there" });
    await written.toBeGreaterThan(linesBefore + 50);
    const livingOf = async (): Promise<unknown> =>
      (await instancesOf(free)).map(({ name, pids: [leader] }) => [name, leader]).sort();
    const expected = free.map((name) => [name, pids.get(name)]).sort();
    expect(await livingOf()).toEqual(expected);

    await using manager = await createProcessManager({ stateDir: dir.path, logger: quiet });
    const listed = manager.getAllProcesses().map(({ name, pid, status }) => [name, pid, status.lifecycle]);
    expect(listed.sort()).toEqual(expected.map((pair) => [...pair, "running"]));
    expect(await livingOf(), "no second instance").toEqual(expected);
    for (const process of manager.getAllProcesses()) {
      expect(await process.stopAndWait()).toMatchObject({ survivors: [] });
    }
    expect(await instancesOf([...free, ...bound])).toEqual([]);
    expect(lines(), "each line once, in order").toEqual(lines().map((_line, index) => index + 1));
  },
);

function countLiving(instances: Awaited<ReturnType<typeof instancesOf>>): number {
  return instances.reduce((total, { pids }) => total + pids.length, 0);
}
