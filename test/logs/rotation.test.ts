import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from "node:fs";
import { asyncScheduler } from "rxjs";
import { describe, expect, test, vi } from "vitest";
import { followLog } from "../../src/logs/follow-log.js";
import { LogFile } from "../../src/logs/log-file.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";

import {
  canCollapse,
  findGap,
  LogScene,
  numberedLines,
  numbersOf,
  rotateUntilExit,
  runNothing,
  runProgram,
} from "./log-scene.js";

// Their writers and rotations take long on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const collapses = await canCollapse();
const linesOf = (bytes: Buffer): readonly string[] => bytes.toString().split("\n").slice(0, -1);

describe("rotation of a file that a process has open", () => {
  test.skipIf(!collapses)("by collapse loses nothing at full speed, on disk and for a follower", async () => {
    await using scene = new LogScene();
    const file = new LogFile(scene.path);
    const writer = scene.start(numberedLines, ["300000", "0", "1000000"]);
    const followed = scene.collect(followLog(file, { fromByte: 0, scheduler: asyncScheduler }));
    const rotations = await rotateUntilExit(writer, copyRotator(runProgram), file, 1_000_000);
    await followed.has(300_000);
    expect(findGap(numbersOf(linesOf(scene.everything())))).toBeUndefined();
    expect(findGap(numbersOf(followed.values))).toBeUndefined();
    expect(followed.values).toHaveLength(300_000);
    expect(rotations).toBeGreaterThanOrEqual(5);
    expect(existsSync(`${scene.path}.${rotations}`)).toBe(true);
    expect(existsSync(`${scene.path}.${rotations + 1}`)).toBe(false);
  });

  test("by truncation loses hardly anything, and a follower gets what is on disk", async () => {
    await using scene = new LogScene();
    const file = new LogFile(scene.path);
    const writer = scene.start(numberedLines, ["60000", "50"]);
    const followed = scene.collect(followLog(file, { fromByte: 0, scheduler: asyncScheduler }));
    const rotator = copyRotator(runNothing);
    for (let rotation = 1; rotation <= 3; rotation++) {
      await followed.has(rotation * 10_000);
      expect(await rotator.rotate(file)).toBe(true);
    }
    if (writer.exitCode === null) await once(writer, "exit");
    const written = numbersOf(linesOf(scene.everything()));
    await followed.has(written.length);
    expect(numbersOf(followed.values)).toEqual(written);
    // What comes between the last look and the truncation; more when this program had to wait for a core just then.
    expect(60_000 - written.length).toBeLessThan(3000);
  });

  test.skipIf(!collapses)("takes away no more than is asked for, in whole blocks", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, Buffer.alloc(100_000, "0123456789"));
    const file = new LogFile(scene.path);
    const rotator = copyRotator(runProgram);
    const { blksize } = statSync(scene.path);
    await rotator.rotate(file, 1);
    await rotator.rotate(file, 2 * blksize);
    const sizes = ["", ".1", ".2"].map((suffix) => statSync(`${scene.path}${suffix}`).size);
    expect(sizes).toEqual([100_000 - 3 * blksize, 2 * blksize, blksize]);
    expect(scene.everything()).toEqual(Buffer.alloc(100_000, "0123456789"));
  });

  test("that falls back to truncation has every byte once", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "x".repeat(100_000));
    const asked: string[] = [];
    const rotator = copyRotator(async (program, args) => {
      asked.push([program, ...args].join(" "));
      return 1;
    });
    const file = new LogFile(scene.path);
    await rotator.rotate(file);
    expect(asked[0]).toMatch(/^fallocate --collapse-range --offset 0 --length 98304 -- \/proc\/\d+\/fd\/\d+$/);
    expect([statSync(scene.path).size, statSync(`${scene.path}.1`).size]).toEqual([0, 100_000]);
    writeFileSync(scene.path, "y".repeat(100_000));
    await rotator.rotate(file);
    // A file system that cannot do it is not asked again.
    expect(asked).toHaveLength(1);
    expect(scene.everything().toString()).toBe("x".repeat(100_000) + "y".repeat(100_000));
  });

  test("keeps the mode of the file and ends when there is nothing to do", async () => {
    await using scene = new LogScene();
    const rotator = copyRotator(runNothing);
    const file = new LogFile(scene.path);
    expect(await rotator.rotate(file)).toBe(false);
    writeFileSync(scene.path, "", { mode: 0o600 });
    expect(await rotator.rotate(file)).toBe(false);
    appendFileSync(scene.path, "one\n");
    expect(await rotator.rotate(file)).toBe(true);
    expect(statSync(`${scene.path}.1`).mode & 0o777).toBe(0o600);
    expect(existsSync(`${scene.path}.rotating`)).toBe(false);
  });

  test("of a log that is cleared meanwhile leaves it cleared", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "one\n".repeat(100_000));
    const file = new LogFile(scene.path);
    const rotated = copyRotator(runNothing).rotate(file);
    const watcher = watch(scene.directory);
    await once(watcher, "change");
    watcher.close();
    await file.exclusive(() => file.clear());
    appendFileSync(scene.path, "two\n");
    await rotated;
    expect(scene.everything().toString()).toBe("two\n");
  });
});

/** Starts to remove bytes as a host does, and resolves when the kernel is at it, or has done so already. */
async function beginToCollapse(path: string, bytes: number): Promise<ChildProcess> {
  const child = spawn("fallocate", ["--collapse-range", "--offset", "0", "--length", `${bytes}`, "--", path]);
  const isInKernel = (): boolean => {
    try {
      // The number of fallocate(2), on x86-64 and on arm64.
      return /^(285|47) /.test(readFileSync(`/proc/${child.pid}/syscall`, "utf8"));
    } catch {
      return false;
    }
  };
  while (child.exitCode === null && !isInKernel()) await new Promise(setImmediate);
  return child;
}

describe("a rotation that was interrupted", () => {
  test.skipIf(!collapses)("while the kernel removes its bytes, which a disk may make long, is completed", async () => {
    await using scene = new LogScene();
    // So much is to be written to the disk first, and until then all of it can be read where it was.
    const [head, rest] = [Buffer.alloc(65_536, "head"), Buffer.alloc(64 * 1024 * 1024, "rest")];
    writeFileSync(scene.path, Buffer.concat([head, rest]));
    writeFileSync(`${scene.path}.rotating`, head);
    const child = await beginToCollapse(scene.path, head.length);
    await copyRotator(runProgram).recover(new LogFile(scene.path));
    if (child.exitCode === null) await once(child, "exit");
    expect([statSync(scene.path).size, statSync(`${scene.path}.1`).size]).toEqual([rest.length, head.length]);
  });

  test("before its bytes were removed is undone", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "one\ntwo\nthree\n");
    for (const copied of ["", "one\nt", "one\ntwo\nthree\n"]) {
      writeFileSync(`${scene.path}.rotating`, copied);
      await copyRotator(runProgram).recover(new LogFile(scene.path));
      expect(existsSync(`${scene.path}.rotating`)).toBe(false);
      expect(scene.everything().toString()).toBe("one\ntwo\nthree\n");
    }
  });

  test("after its bytes were removed is completed", async () => {
    await using scene = new LogScene();
    writeFileSync(`${scene.path}.1`, "zero\n");
    copyFileSync(`${scene.path}.1`, `${scene.path}.3`);
    writeFileSync(`${scene.path}.rotating`, "one\ntwo\n");
    writeFileSync(scene.path, "three\nand some more\n");
    await copyRotator(runProgram).recover(new LogFile(scene.path));
    expect(readFileSync(`${scene.path}.1`, "utf8")).toBe("one\ntwo\n");
    expect(readFileSync(`${scene.path}.2`, "utf8")).toBe("zero\n");
    truncateSync(scene.path);
    writeFileSync(`${scene.path}.rotating`, "three\n");
    await copyRotator(runProgram).rotate(new LogFile(scene.path));
    expect(readFileSync(`${scene.path}.1`, "utf8")).toBe("three\n");
  });
});
