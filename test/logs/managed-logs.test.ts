import "../load-library.js";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstValueFrom, toArray } from "rxjs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  createProcessManager,
  type Logger,
  type LogLine,
  type Process,
  type ProcessManager,
  type ProcessManagerOptions,
} from "../../src/index.js";
import { startHost } from "../faults/host-program.js";
import { tempDir } from "../repo/temp-dir.js";
import { canCollapse, everyPartOf } from "./log-scene.js";
import { findDifference, joinPieces, Torture } from "./torture.js";

vi.setConfig({ testTimeout: 60_000 });

const replay = fileURLToPath(new URL("fixtures/replay.js", import.meta.url));
const collapses = await canCollapse();
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A directory that goes when the test has ended, after the managers in it. */
function place(): string {
  const dir = tempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  return dir.path;
}

/** A manager that is closed when the test has ended. */
async function open(options: ProcessManagerOptions): Promise<ProcessManager> {
  const manager = await createProcessManager({ logger: silent, ...options });
  onTestFinished(async () => await manager.close());
  return manager;
}

/** Collects what is written from now on, and before it the last `count` lines. */
function collect(process: Process, count?: number): LogLine[] {
  const lines: LogLine[] = [];
  process.logs.follow(count).subscribe((line) => lines.push(line));
  return lines;
}

const textOf = (lines: readonly LogLine[]): readonly string[] => lines.map(({ line }) => line);
const shell = (script: string): { args: string[] } => ({ args: ["-c", script] });

/** More than one are full size: `DROVER_TORTURE_RUNS=100`. */
const tortureRuns = Number(process.env["DROVER_TORTURE_RUNS"] ?? 1);

describe("the log of a process", () => {
  const runs = Array.from(
    { length: tortureRuns },
    () =>
      [
        ["its files", true],
        ["a pipe", false],
      ] as const,
  ).flat();
  test.for(runs)("has every byte of the torture program, from %s", async ([, hasState]) => {
    const path = place();
    const manager = await open(hasState ? { stateDir: join(path, "state") } : {});
    const torture = new Torture({ count: 1, bytes: tortureRuns === 1 ? 5_000_000 : 50_000_000 });
    const logs = { maxSize: "1GiB", bufferLines: 100_000 };
    const app = manager.newProcess("app", process.execPath, { args: [replay, torture.writePlan(path)], logs });
    const lines = collect(app, 0);
    await app.start();
    await app.wait();
    for (const stream of ["stdout", "stderr"] as const) {
      const expected = torture.lines(stream);
      await expect.poll(() => findDifference(joinPieces(lines, stream), expected), { timeout: 20_000 }).toBeUndefined();
      const tail = await app.logs.tail(500, { stream });
      expect(findDifference(joinPieces(tail, stream), expected.slice(-500)), stream).toBeUndefined();
      const file = join(path, `state/logs/app.${stream === "stdout" ? "out" : "err"}.log`);
      if (hasState) expect(readFileSync(file).equals(torture.bytes(stream)), stream).toBe(true);
    }
  });

  test("goes on across restarts, with a marker where that is asked for", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess("app", "sh", {
      // In one write(2): who sees the line knows that the rest is there, too.
      ...shell(String.raw`printf 'up\nunfinished'; exec sleep 1000`),
      logs: { marker: true },
    });
    const lines = collect(app);
    const ups = (): number => textOf(lines).filter((line) => line === "up").length;
    await app.start();
    for (let run = 1; run <= 2; run += 1) {
      await expect.poll(ups, { timeout: 10_000 }).toBe(run);
      await app.restart();
    }
    await expect.poll(ups, { timeout: 10_000 }).toBe(3);
    await app.kill();
    const run = [expect.stringMatching(/^--- app starts at \d{4}-.*Z ---$/), "up", "unfinished"];
    await expect.poll(() => textOf(lines), { timeout: 10_000 }).toEqual([...run, ...run, ...run]);
    expect(textOf(await app.logs.tail(2))).toEqual(["up", "unfinished"]);
  });

  test("of a run that is over says nothing twice, and followers share what is read", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess("app", "sh", shell("echo one; echo two >&2"));
    await app.start();
    await app.wait();
    expect(textOf(await app.logs.tail()).toSorted()).toEqual(["one", "two"]);
    const [first, second] = [collect(app, 10), collect(app, 0)];
    await app.start();
    await app.wait();
    await expect.poll(() => textOf(first).toSorted(), { timeout: 10_000 }).toEqual(["one", "one", "two", "two"]);
    await expect.poll(() => textOf(second).toSorted(), { timeout: 10_000 }).toEqual(["one", "two"]);
    await app.logs.clear();
    expect(await app.logs.tail()).toEqual([]);
  });

  test("can be filtered, and completes with the manager", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess(
      "app",
      "sh",
      shell("for n in 1 2 3 4 5 6 7 8 9; do echo line $n; echo error $n >&2; done"),
    );
    const all = firstValueFrom(app.logs.follow(0, { stream: "stderr", grep: /[357]$/ }).pipe(toArray()));
    await app.start();
    await app.wait();
    expect(textOf(await app.logs.tail(2, { grep: /^line/ }))).toEqual(["line 8", "line 9"]);
    await manager.close();
    expect(textOf(await all)).toEqual(["error 3", "error 5", "error 7"]);
  });

  test("is delivered to its end before a manager that is closed lets go of it", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess("app", "seq", { args: ["1", "200000"] });
    const all = firstValueFrom(app.logs.follow(0).pipe(toArray()));
    await app.start();
    await app.wait();
    await manager.close();
    const lines = await all;
    expect([lines.length, lines.at(-1)?.line]).toEqual([200_000, "200000"]);
  });

  test("begins with the marker of the first start for whoever follows before", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess("app", "true", { logs: { marker: true } });
    const lines = collect(app, 0);
    await app.start();
    await app.wait();
    await manager.close();
    expect(textOf(lines)).toEqual([expect.stringMatching(/^--- app starts at /)]);
  });

  test("is empty where its output goes elsewhere", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const app = manager.newProcess("app", "sh", { ...shell("echo lost"), logs: { mode: "DISCARD" } });
    const lines = collect(app);
    await app.start();
    await app.wait();
    expect(await app.logs.tail()).toEqual([]);
    expect(lines).toEqual([]);
  });

  test("is one of a stream in a file and one that a writer of the caller gets", async () => {
    const manager = await open({ stateDir: join(place(), "state") });
    const { PassThrough } = await import("node:stream");
    const writer = new PassThrough();
    const app = manager.newProcess("app", "sh", { ...shell("echo out; echo err >&2"), stdout: writer });
    const lines = collect(app);
    await app.start();
    await app.wait();
    await expect.poll(() => textOf(lines).toSorted(), { timeout: 10_000 }).toEqual(["err", "out"]);
    expect(textOf(await app.logs.tail()).toSorted()).toEqual(["err", "out"]);
    expect(String(writer.read())).toBe("out\n");
  });

  test("is echoed to the logger, each stream with its level, by a child of the process", async () => {
    const told: unknown[] = [];
    const tell =
      (level: string, bindings: object = {}) =>
      (fields: object, message: string): void =>
        void told.push([level, { ...bindings, ...fields }, message]);
    const methods = (bindings?: object) => ({
      debug: tell("debug", bindings),
      info: tell("info", bindings),
      warn: tell("warn", bindings),
      error: tell("error", bindings),
    });
    const logger: Logger = { ...methods(), info: () => undefined, child: (bindings) => methods(bindings) };
    const manager = await open({ stateDir: join(place(), "state"), logger });
    const app = manager.newProcess("app", "sh", {
      ...shell("echo one; echo two; echo bad >&2"),
      logs: { echo: true, stderrLevel: "warn" },
    });
    await app.start();
    await app.wait();
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(3);
    expect(told.toSorted()).toEqual([
      ["info", { process: "app", stream: "stdout" }, "one"],
      ["info", { process: "app", stream: "stdout" }, "two"],
      ["warn", { process: "app", stream: "stderr" }, "bad"],
    ]);
  });
});

/** Writes numbered lines of 100 bytes for as long as it runs, a thousand and more a second. */
const counter = `
const { writeSync } = require("node:fs");
let line = 0;
setInterval(() => { for (let n = 0; n < 20; n++) writeSync(1, String(line++).padStart(99, "0") + "\\n"); }, 10);
`;

describe("a detached writer", () => {
  test.skipIf(!collapses)(
    "loses and repeats no line when its manager is killed, when it is adopted, and by rotation (needs fallocate on this file system)",
    async () => {
      const path = place();
      const state = join(path, "state");
      const log = join(state, "logs/writer.out.log");
      const options = {
        args: ["-e", counter],
        detach: true,
        stop: { gracePeriod: 1000 },
        logs: { maxSize: "64KiB", maxFiles: 1000 },
      };
      const host = startHost(`
        const manager = await createProcessManager({ stateDir: ${JSON.stringify(state)} });
        const writer = manager.newProcess("writer", process.execPath, ${JSON.stringify(options)});
        await writer.start();
        console.log("up");
        setInterval(() => {}, 1000);
      `);
      await host.line();
      await expect.poll(() => existsSync(`${log}.2`), { timeout: 30_000 }).toBe(true);
      host.child.kill("SIGKILL");
      await host.ended;
      const manager = await open({ stateDir: state });
      const writer = manager.getProcessByName("writer");
      if (writer === undefined) throw new Error("the writer was not adopted");
      const lines = collect(writer, 1);
      await expect.poll(() => existsSync(`${log}.8`), { timeout: 30_000 }).toBe(true);
      await writer.stopAndWait();
      // While the last rotation is under way, a part is missing that has not got its new number yet.
      await manager.close();
      const written = everyPartOf(log).toString().trimEnd().split("\n").map(Number);
      expect(findGap(written)).toBeUndefined();
      const seen = textOf(lines).map(Number);
      expect(seen).toHaveLength(written.length - (seen[0] ?? 0));
      expect(findGap(seen, seen[0])).toBeUndefined();
    },
  );
});

/** Where a row of numbers does not go on by one. */
function findGap(numbers: readonly number[], first = 0): string | undefined {
  const index = numbers.findIndex((value, position) => value !== first + position);
  return index < 0 ? undefined : `${numbers[index - 1]} is followed by ${numbers[index]}`;
}
