import { PassThrough } from "node:stream";
import { asyncScheduler, firstValueFrom, timer } from "rxjs";
import { expect, test } from "vitest";
import type { LogLine } from "../../src/logs/log-line.js";
import { RingLogBook } from "../../src/logs/ring-log-book.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

const textOf = (lines: readonly LogLine[]): string => lines.map(({ line }) => line).join(" ");

async function fill(book: RingLogBook, text: string): Promise<void> {
  const pipe = new PassThrough();
  book.capture("stdout", pipe);
  pipe.end(text);
  await new Promise((resolve) => pipe.once("close", resolve));
}

test("the last lines of a pipe are kept, with the time they came", async () => {
  const clock = new FakeClock(5000);
  const book = new RingLogBook({ bufferLines: 3, scheduler: clock });
  await fill(book, "1\n2\n3\n4\nunfinished");
  expect(await book.tail()).toEqual([
    { at: new Date(5000), stream: "stdout", line: "3" },
    { at: new Date(5000), stream: "stdout", line: "4" },
    { at: new Date(5000), stream: "stdout", line: "unfinished" },
  ]);
  expect(textOf(await book.tail(1))).toBe("unfinished");
  expect(await book.tail(0)).toEqual([]);
  expect(textOf(await book.tail(9, { grep: /^\d$/ }))).toBe("3 4");
  expect(textOf(await book.tail(9, { stream: "stderr" }))).toBe("");
  await book.clear();
  expect(await book.tail()).toEqual([]);
});

test("followers get the kept lines, then each new one of both streams in the order they came", async () => {
  const book = new RingLogBook({ bufferLines: 10, scheduler: asyncScheduler });
  await fill(book, "1\n2\n3\n");
  const seen: string[] = [];
  let isComplete = false;
  book.follow(2).subscribe({
    next: ({ stream, line }) => seen.push(`${stream} ${line}`),
    complete: () => {
      isComplete = true;
    },
  });
  const [out, err] = [new PassThrough(), new PassThrough()];
  book.capture("stdout", out);
  book.capture("stderr", err);
  for (const [pipe, text] of [
    [err, "a\n"],
    [out, "b\n"],
    [err, "c\n"],
  ] as const) {
    pipe.write(text);
    await firstValueFrom(timer(0));
  }
  expect(seen).toEqual(["stdout 2", "stdout 3", "stderr a", "stdout b", "stderr c"]);
  book.close();
  expect(isComplete).toBe(true);
  out.end();
  err.end();
});

test("the end of a run delivers the unfinished line though a child of it holds the pipe", async () => {
  const book = new RingLogBook({ bufferLines: 10, scheduler: asyncScheduler });
  const pipe = new PassThrough();
  book.capture("stdout", pipe);
  pipe.write("1\nunfin");
  const ended = book.runEnded();
  pipe.write("ished");
  await ended;
  expect(textOf(await book.tail())).toBe("1 unfinished");
  pipe.write("later\n");
  pipe.end();
  await book.runEnded();
  expect(textOf(await book.tail())).toBe("1 unfinished later");
});

test("the end of a run without pipes does not wait", async () => {
  const book = new RingLogBook({ bufferLines: 10, scheduler: new FakeClock() });
  await book.runStarted();
  await book.runEnded();
});

test("long lines do not make the memory grow", async () => {
  const book = new RingLogBook({ bufferLines: 100_000, scheduler: asyncScheduler });
  await fill(book, `${"x".repeat(60_000)}\n`.repeat(100));
  expect(await book.tail()).toHaveLength(Math.floor((1024 * 1024) / 60_000));
  await fill(book, "short\n");
  expect((await book.tail()).at(-1)?.line).toBe("short");
});
