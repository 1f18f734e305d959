import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncScheduler } from "rxjs";
import { describe, expect, test } from "vitest";
import { FileLogBook } from "../../src/logs/file-log-book.js";
import { LogFile } from "../../src/logs/log-file.js";
import type { LogLine, LogStream } from "../../src/logs/log-line.js";
import { RingLogBook } from "../../src/logs/ring-log-book.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { canCollapse, LogScene, rotateUntilExit, runProgram } from "./log-scene.js";
import { findDifference, joinPieces, Torture } from "./torture.js";

const burst = { count: 1, bytes: 50 * 1000 * 1000 };
const replay = fileURLToPath(new URL("fixtures/replay.js", import.meta.url));
const collapses = await canCollapse();
const streams: readonly LogStream[] = ["stdout", "stderr"];

function expectLines(lines: readonly LogLine[], torture: Torture, last?: number): void {
  for (const stream of streams) {
    const expected = torture.lines(stream).slice(-(last ?? Number.POSITIVE_INFINITY));
    expect(findDifference(joinPieces(lines, stream), expected), stream).toBeUndefined();
  }
}

/** Runs it with its output in files, rotated at this size; resolves to the number of rotations. */
async function runInFiles(torture: Torture, maxBytes?: number): Promise<number> {
  await using scene = new LogScene();
  const paths = { stdout: scene.path, stderr: join(scene.directory, "app.err.log") };
  const [stdout, stderr] = [new LogFile(paths.stdout), new LogFile(paths.stderr)];
  const book = new FileLogBook({ stdout, stderr, bufferLines: 1000, scheduler: asyncScheduler });
  await book.runStarted();
  const lines: LogLine[] = [];
  book.follow$.subscribe((line) => lines.push(line));

  const [out, err] = [openSync(paths.stdout, "a"), openSync(paths.stderr, "a")];
  const child = spawn(process.execPath, [replay, torture.writePlan(scene.directory)], { stdio: ["ignore", out, err] });
  closeSync(out);
  closeSync(err);
  const exited = once(child, "exit");
  const rotations =
    maxBytes === undefined ? 0 : await rotateUntilExit(child, copyRotator(runProgram), stdout, maxBytes);
  await exited;
  await book.runEnded();
  expectLines(lines, torture);
  for (const stream of streams) {
    expect(scene.everything(paths[stream]).equals(torture.bytes(stream)), stream).toBe(true);
  }
  const tails = await Promise.all(streams.map((stream) => book.tail(500, { stream })));
  expectLines(tails.flat(), torture, 500);
  expectLines(await book.tail(1_000_000), torture);
  book.close();
  return rotations;
}

describe("the output of a program that does everything that breaks readers", () => {
  test("in files is exact to the byte on disk, and to the line when followed and at its end", async () => {
    expect(await runInFiles(new Torture(burst))).toBe(0);
  }, 120_000);

  test.skipIf(!collapses)(
    "is so while its file is rotated, too",
    async () => {
      expect(
        await runInFiles(new Torture({ count: 10, bytes: 5_000_000, belowBytes: 2_000_000 }), 2_000_000),
      ).toBeGreaterThanOrEqual(9);
    },
    120_000,
  );

  test("in pipes is exact to the line when followed, and the end of it is kept", async () => {
    await using scene = new LogScene();
    const torture = new Torture(burst);
    const book = new RingLogBook({ bufferLines: 1000, scheduler: asyncScheduler });
    const lines: LogLine[] = [];
    book.follow$.subscribe((line) => lines.push(line));
    const child = spawn(process.execPath, [replay, torture.writePlan(scene.directory)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    book.capture("stdout", child.stdout);
    book.capture("stderr", child.stderr);
    await once(child, "exit");
    await book.runEnded();
    expectLines(lines, torture);
    expect(
      findDifference(joinPieces(await book.tail(), "stdout").slice(-100), torture.lines("stdout").slice(-100)),
    ).toBe(undefined);
    book.close();
  }, 120_000);
});
