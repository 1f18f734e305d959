import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogFile } from "../../src/logs/log-file.js";
import { readLastLines } from "../../src/logs/read-last-lines.js";

let directory = "";
let path = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "drover-test-"));
  path = join(directory, "app.log");
});

afterEach(() => rmSync(directory, { recursive: true }));

describe("the last lines of a file", () => {
  test.each<[string, number, readonly string[]]>([
    ["one\ntwo\nthree\n", 2, ["two", "three"]],
    ["one\ntwo\nthree", 2, ["two", "three"]],
    ["one\ntwo\n", 5, ["one", "two"]],
    ["one\n\n\n", 2, ["", ""]],
    ["\n", 5, [""]],
    ["\none\r\n", 5, ["", "one"]],
    ["", 5, []],
    ["one\n", 0, []],
  ])("of %j, %i, are %j", async (text, count, expected) => {
    writeFileSync(path, text);
    expect(await readLastLines(new LogFile(path), count)).toEqual(expected);
  });

  test("are the same as those found by reading it all, wherever blocks of 64 KiB end", async () => {
    const all = Array.from({ length: 30_000 }, (_, index) => `${index} ${"é".repeat(index % 40)}`);
    writeFileSync(path, `${all.join("\n")}\n`);
    for (const count of [1, 2, 999, 5000, 29_999, 30_000, 40_000]) {
      expect(await readLastLines(new LogFile(path), count)).toEqual(all.slice(-count));
    }
  });

  test("come from a part of the file only, never from before it", async () => {
    writeFileSync(path, "one\ntwo\nthree\nfour\n");
    expect(await readLastLines(new LogFile(path), 9, 4)).toEqual(["two", "three", "four"]);
    expect(await readLastLines(new LogFile(path), 9, 99)).toEqual([]);
  });

  test("of a missing file, a directory and a device are none", async () => {
    mkdirSync(path);
    expect(await readLastLines(new LogFile(path), 9)).toEqual([]);
    expect(await readLastLines(new LogFile(join(directory, "none")), 9)).toEqual([]);
    expect(await readLastLines(new LogFile("/dev/zero"), 9)).toEqual([]);
  });

  test("of a huge file come at once and take no memory of its size", async () => {
    // 20 GB without disk blocks: one line of NULs, and after it the two asked for.
    writeFileSync(path, "");
    truncateSync(path, 20 * 1024 ** 3);
    writeFileSync(path, "\none\ntwo\n", { flag: "a" });
    expect(await readLastLines(new LogFile(path), 2)).toEqual(["one", "two"]);
  });

  test("of a line over 64 KiB are its pieces", async () => {
    writeFileSync(path, `first\n${"x".repeat(70_000)}\n`);
    expect((await readLastLines(new LogFile(path), 9)).map((line) => line.length)).toEqual([5, 65_536, 4464]);
  });
});
