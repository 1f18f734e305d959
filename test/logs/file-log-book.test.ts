import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, readlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asyncScheduler, firstValueFrom, type SchedulerLike, timer } from "rxjs";
import { describe, expect, test, vi } from "vitest";
import { FileLogBook } from "../../src/logs/file-log-book.js";
import { LogFile } from "../../src/logs/log-file.js";
import type { LogLine } from "../../src/logs/log-line.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

import { findGap, LogScene, numberedLines, numbersOf, runProgram } from "./log-scene.js";

// Their writers and rotations take long on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const textOf = (lines: readonly LogLine[]): readonly string[] => lines.map(({ line }) => line);

interface Book {
  readonly book: FileLogBook;
  readonly stdout: LogFile;
  readonly stderr: LogFile;
}

function open(scene: LogScene, scheduler: SchedulerLike = asyncScheduler): Book {
  const [stdout, stderr] = [new LogFile(scene.path), new LogFile(join(scene.directory, "app.err.log"))];
  const book = new FileLogBook({ stdout, stderr, bufferLines: 3, scheduler });
  scene.onEnd(() => book.close());
  return { book, stdout, stderr };
}

/** How often this program has a file open. */
function openings(path: string): number {
  const targets = readdirSync("/proc/self/fd").map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target === path).length;
}

describe("the end of the logs of a process", () => {
  test("has as many lines as asked for, of both streams or one", async () => {
    await using scene = new LogScene();
    const { book, stdout, stderr } = open(scene);
    expect(await book.tail()).toEqual([]);
    writeFileSync(stderr.path, "e1\ne2\n");
    writeFileSync(stdout.path, "o1\no2\no3\no4\n");
    expect(textOf(await book.tail())).toHaveLength(3);
    expect(textOf(await book.tail(9, { stream: "stderr" }))).toEqual(["e1", "e2"]);
    expect(textOf(await book.tail(2, { stream: "stdout" }))).toEqual(["o3", "o4"]);
    expect((await book.tail(9)).map(({ stream }) => stream).filter((stream) => stream === "stderr")).toHaveLength(2);
    expect(await book.tail(0)).toEqual([]);
  });

  test("knows when lines were seen, and orders the streams by it", async () => {
    await using scene = new LogScene();
    const clock = new FakeClock();
    const { book, stdout, stderr } = open(scene, clock);
    writeFileSync(stdout.path, "from before\n");
    await book.runStarted();
    for (const [second, file] of [stdout, stderr, stdout].entries()) {
      await clock.advance(1000);
      appendFileSync(file.path, `${second}\n`);
      await file.exclusive(() => file.look(new Date(clock.now())));
    }
    const lines = await book.tail(9);
    expect(lines.map(({ at, stream, line }) => [at?.getTime(), stream, line])).toEqual([
      [undefined, "stdout", "from before"],
      [1000, "stdout", "0"],
      [2000, "stderr", "1"],
      [3000, "stdout", "2"],
    ]);
    expect(textOf(await book.tail(9, { since: new Date(2000) }))).toEqual(["1", "2"]);
    expect(textOf(await book.tail(9, { until: new Date(2000) }))).toEqual(["from before", "0"]);
    expect(textOf(await book.tail(1, { until: new Date(3000) }))).toEqual(["1"]);
  });

  test("finds lines far from the end", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    const lines = Array.from({ length: 60_000 }, (_, index) => (index % 12_000 === 5 ? `needle ${index}` : `${index}`));
    writeFileSync(stdout.path, `${lines.join("\n")}\n`);
    expect(textOf(await book.tail(3, { grep: /needle/ }))).toEqual(["needle 24005", "needle 36005", "needle 48005"]);
    expect(textOf(await book.tail(99, { grep: /^needle/ }))).toHaveLength(5);
    expect(await book.tail(3, { grep: /none/ })).toEqual([]);
  });

  test("goes back through rotated files, and a line cut between them is one", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    writeFileSync(`${stdout.path}.2`, "one\ntw");
    writeFileSync(`${stdout.path}.1`, "o\nthr");
    writeFileSync(stdout.path, "ee\nfour");
    expect(textOf(await book.tail(9))).toEqual(["one", "two", "three", "four"]);
    expect(textOf(await book.tail(2))).toEqual(["three", "four"]);
    expect(textOf(await book.tail(3))).toEqual(["two", "three", "four"]);
  });

  test("of a process without files is empty", async () => {
    const book = new FileLogBook({ stdout: undefined, stderr: undefined, bufferLines: 3, scheduler: asyncScheduler });
    expect(await book.tail()).toEqual([]);
    await book.clear();
  });

  test("of one file for both streams has each line once", async () => {
    await using scene = new LogScene();
    writeFileSync(scene.path, "one\n");
    const [stdout, stderr] = [new LogFile(scene.path), new LogFile(scene.path)];
    const book = new FileLogBook({ stdout, stderr, bufferLines: 3, scheduler: asyncScheduler });
    expect(textOf(await book.tail())).toEqual(["one"]);
  });
});

describe("the followed logs of a process", () => {
  test("are the last lines, then each new one", async () => {
    await using scene = new LogScene();
    const { book, stdout, stderr } = open(scene);
    writeFileSync(stdout.path, "1\n2\n3\n4\n");
    const followed = scene.collect(book.follow$);
    await followed.has(3);
    appendFileSync(stdout.path, "5\n");
    await followed.has(4);
    appendFileSync(stderr.path, "6\n");
    await followed.has(5);
    expect(textOf(followed.values)).toEqual(["2", "3", "4", "5", "6"]);
    expect(followed.values.map(({ stream }) => stream)).toEqual(["stdout", "stdout", "stdout", "stdout", "stderr"]);
    expect(followed.values.at(-1)?.at).toBeInstanceOf(Date);
  });

  test("are read once for all who follow, and not at all when nobody does", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    writeFileSync(stdout.path, "1\n");
    const followers = [1, 2, 3].map(() => scene.collect(book.follow()));
    await Promise.all(followers.map((follower) => follower.has(1)));
    appendFileSync(stdout.path, "2\n");
    await Promise.all(followers.map((follower) => follower.has(2)));
    expect(openings(stdout.path)).toBe(1);
    for (const { subscription } of followers) subscription.unsubscribe();
    await stdout.exclusive(async () => undefined);
    expect(openings(stdout.path)).toBe(0);
    const late = scene.collect(book.follow());
    await late.has(2);
    expect(textOf(late.values)).toEqual(["1", "2"]);
  });

  test("hold a line back until it is finished, or its writer has ended", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    await book.runStarted();
    writeFileSync(stdout.path, "1\nunfin");
    const early = scene.collect(book.follow());
    await early.has(1);
    const late = scene.collect(book.follow());
    await late.has(1);
    appendFileSync(stdout.path, "ished\nrest");
    await Promise.all([early.has(2), late.has(2)]);
    await book.runEnded();
    for (const { values } of [early, late]) expect(textOf(values)).toEqual(["1", "unfinished", "rest"]);
    const after = scene.collect(book.follow());
    await after.has(3);
    expect(textOf(after.values)).toEqual(["1", "unfinished", "rest"]);
  });

  test("hold back an unfinished line that began in a rotated file", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    await book.runStarted();
    writeFileSync(`${stdout.path}.1`, "1\nunf");
    writeFileSync(stdout.path, "ini");
    const followed = scene.collect(book.follow());
    await followed.has(1);
    appendFileSync(stdout.path, "shed\n");
    await followed.has(2);
    expect(textOf(followed.values)).toEqual(["1", "unfinished"]);
  });

  test("have no gap and no line twice for whoever joins whenever, while the log is rotated at full speed", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    await book.runStarted();
    const writer = scene.start(numberedLines, ["150000", "100"]);
    const exited = once(writer, "exit");
    const rotator = copyRotator(runProgram);
    const first = scene.collect(book.follow(1_000_000));
    const joined = [first];
    for (let round = 1; round <= 4; round++) {
      await first.has(round * 25_000);
      const rotated = rotator.rotate(stdout);
      joined.push(scene.collect(book.follow(1_000_000)));
      await rotated;
      joined.push(scene.collect(book.follow(1_000_000)));
      const left = scene.collect(book.follow());
      await left.has(1);
      left.subscription.unsubscribe();
    }
    await exited;
    await book.runEnded();
    await Promise.all(joined.map((follower) => follower.has(150_000)));
    for (const { values } of joined) {
      expect(findGap(numbersOf(textOf(values)))).toBeUndefined();
      expect(values).toHaveLength(150_000);
    }
    const tail = numbersOf(textOf(await book.tail(150_000)));
    expect([tail.length, findGap(tail)]).toEqual([150_000, undefined]);
  });

  test("go on when the file is truncated by somebody else", async () => {
    await using scene = new LogScene();
    const { book, stdout } = open(scene);
    writeFileSync(stdout.path, "1\n2\n");
    const followed = scene.collect(book.follow());
    await followed.has(2);
    truncateSync(stdout.path);
    appendFileSync(stdout.path, "3\n");
    await followed.has(3);
    expect(textOf(followed.values)).toEqual(["1", "2", "3"]);
    expect(textOf(await book.tail())).toEqual(["3"]);
  });

  test("complete when the book is closed", async () => {
    await using scene = new LogScene();
    const { book } = open(scene);
    const completed = new Promise<void>((complete) => book.follow$.subscribe({ complete }));
    book.close();
    await completed;
  });
});

describe("cleared logs", () => {
  test("are empty, on disk too, and followers get what comes after, and what came before", async () => {
    await using scene = new LogScene();
    const { book, stdout, stderr } = open(scene);
    writeFileSync(`${stdout.path}.1`, "0\n");
    writeFileSync(stdout.path, "1\n");
    writeFileSync(stderr.path, "2\n");
    const followed = scene.collect(book.follow());
    await followed.has(3);
    appendFileSync(stdout.path, "3\n");
    await book.clear();
    expect(await book.tail()).toEqual([]);
    expect(existsSync(`${stdout.path}.1`)).toBe(false);
    appendFileSync(stdout.path, "4\n");
    await followed.has(5);
    await firstValueFrom(timer(60));
    expect(textOf(followed.values).slice(-2)).toEqual(["3", "4"]);
    expect(followed.values).toHaveLength(5);
  });
});
