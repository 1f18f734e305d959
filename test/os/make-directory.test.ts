import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeDirectory } from "../../src/os/make-directory.js";
import { tempDir } from "../repo/temp-dir.js";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("a directory that is made", () => {
  test("is its owner's only, and so are those above it that were not there", () => {
    using here = tempDir();
    makeDirectory(join(here.path, "a/b"));
    expect([modeOf(join(here.path, "a")), modeOf(join(here.path, "a/b"))]).toEqual([0o700, 0o700]);
  });

  test("may be there already, and stays as it is", () => {
    using here = tempDir();
    const path = join(here.path, "a");
    mkdirSync(path, { mode: 0o750 });
    makeDirectory(path);
    expect(modeOf(path)).toBe(0o750);
  });

  test("in the place of a file is the system's error, which names it", () => {
    using here = tempDir();
    const file = join(here.path, "file");
    writeFileSync(file, "");
    expect(() => makeDirectory(file)).toThrow(`EEXIST: file already exists, mkdir '${file}'`);
    expect(() => makeDirectory(join(file, "a"))).toThrow(`ENOTDIR: not a directory, mkdir '${join(file, "a")}'`);
  });

  test.skipIf(!existsSync("/proc/self"))("where nobody may make one is an error, at once", () => {
    expect(() => makeDirectory("/proc/drover/a")).toThrow("/proc/drover'");
  });
});
