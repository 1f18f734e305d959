import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncScheduler, filter, firstValueFrom, Subject, type Subscription, timer } from "rxjs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followLog } from "../../src/logs/follow-log.js";
import { LogFile } from "../../src/logs/log-file.js";

let directory = "";
let path = "";
let open: Subscription[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "drover-test-"));
  path = join(directory, "app.log");
});

afterEach(() => {
  for (const subscription of open) subscription.unsubscribe();
  open = [];
  rmSync(directory, { recursive: true });
});

interface Followed {
  readonly lines: readonly string[];
  /** Resolves when this many lines have come. */
  has(count: number): Promise<void>;
}

function follow(fromByte = 0): Followed {
  const lines: string[] = [];
  const seen = new Subject<string>();
  open.push(seen.subscribe((line) => lines.push(line)));
  open.push(followLog(new LogFile(path), { fromByte, scheduler: asyncScheduler }).subscribe(seen));
  return {
    lines,
    has: async (count) => {
      if (lines.length < count) await firstValueFrom(seen.pipe(filter(() => lines.length >= count)));
    },
  };
}

describe("a followed file", () => {
  test("gives the lines from a byte on, then the new ones", async () => {
    writeFileSync(path, "one\ntwo\nthree\n");
    const followed = follow(4);
    await followed.has(2);
    appendFileSync(path, "four\n");
    await followed.has(3);
    appendFileSync(path, "five\n");
    await followed.has(4);
    expect(followed.lines).toEqual(["two", "three", "four", "five"]);
  });

  test("is waited for while it is missing", async () => {
    const followed = follow(100);
    await firstValueFrom(timer(60));
    writeFileSync(path, "one\n");
    await followed.has(1);
    expect(followed.lines).toEqual(["one"]);
  });

  test("gives no line before its newline", async () => {
    const followed = follow();
    appendFileSync(path, "one\ntw");
    await followed.has(1);
    const face = Buffer.from("\u{1f600}");
    appendFileSync(path, face.subarray(0, 2));
    await firstValueFrom(timer(120));
    expect(followed.lines).toEqual(["one"]);
    appendFileSync(path, Buffer.concat([face.subarray(2), Buffer.from("o\n")]));
    await followed.has(2);
    expect(followed.lines).toEqual(["one", "tw\u{1f600}o"]);
  });

  test("is read from its beginning when it was truncated", async () => {
    writeFileSync(path, "one\ntwo\nunfini");
    const followed = follow();
    await followed.has(2);
    truncateSync(path);
    appendFileSync(path, "a\nb\n");
    await followed.has(5);
    expect(followed.lines).toEqual(["one", "two", "unfini", "a", "b"]);
  });

  test("that is replaced gives the rest of the old one first", async () => {
    writeFileSync(path, "one\n");
    const followed = follow();
    await followed.has(1);
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, "two\n");
    writeFileSync(path, "");
    await followed.has(2);
    appendFileSync(`${path}.1`, "three\n");
    appendFileSync(path, "four\n");
    await followed.has(4);
    appendFileSync(path, "five\n");
    await followed.has(5);
    expect(followed.lines).toEqual(["one", "two", "three", "four", "five"]);
  });

  test("is read to its end in one go and cut exactly, however much there is", async () => {
    const all = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);
    writeFileSync(path, "");
    const followed = follow();
    for (let from = 0; from < all.length; from += 10_000) {
      appendFileSync(path, `${all.slice(from, from + 10_000).join("\n")}\n`);
    }
    await followed.has(all.length);
    expect(followed.lines).toEqual(all);
  });

  test("is read by each subscription for itself, and a finished one leaves nothing open", async () => {
    writeFileSync(path, "one\n");
    const [first, second] = [follow(), follow()];
    await Promise.all([first.has(1), second.has(1)]);
    open[1]?.unsubscribe();
    appendFileSync(path, "two\n");
    await second.has(2);
    expect([first.lines, second.lines]).toEqual([["one"], ["one", "two"]]);
  });
});
