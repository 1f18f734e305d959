import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { changedFiles, type FileSnapshot } from "../../src/reload/file-snapshot.js";
import { walkFiles } from "../../src/reload/file-walk.js";
import { createScope } from "../../src/reload/watch-scope.js";
import { type WatchedDir, watchedDir } from "./watched-dir.js";

function look(dir: WatchedDir, ...paths: readonly string[]): FileSnapshot {
  const scope = createScope({ paths, ignore: [], cwd: dir.path, ownFiles: [] });
  const steps = walkFiles(scope, (cause, path) => expect.fail(`${path}: ${String(cause)}`));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

function files(dir: WatchedDir, ...paths: readonly string[]): string[] {
  return [...look(dir, ...paths).files.keys()].map((file) => file.slice(dir.path.length + 1)).sort();
}

/** What has changed after `act`, by name. */
function changes(dir: WatchedDir, act: () => void): string[] {
  const before = look(dir, ".");
  act();
  return changedFiles(before, look(dir, ".")).map((file) => basename(file));
}

test("finds what counts once, however many paths name it, and does not go into what is left out", () => {
  using dir = watchedDir();
  for (const file of ["a.ts", "src/b.ts", "src/c/d.ts", "node_modules/e/f.ts"]) dir.write(file);
  expect(files(dir, ".", "src", "src/**/*.ts", "missing")).toEqual(["a.ts", "src/b.ts", "src/c/d.ts"]);
  expect([...look(dir, ".").directories].sort()).toEqual([dir.path, dir.at("src"), dir.at("src/c")]);
});

test("sees what was written, added, removed, renamed and replaced", () => {
  using dir = watchedDir();
  for (const file of ["a", "b", "c"]) dir.write(file);
  expect(changes(dir, () => dir.write("a", "22"))).toEqual(["a"]);
  expect(changes(dir, () => dir.write("d"))).toEqual(["d"]);
  expect(changes(dir, () => dir.remove("d"))).toEqual(["d"]);
  expect(changes(dir, () => renameSync(dir.at("b"), dir.at("e")))).toEqual(["b", "e"]);
  dir.write("new");
  utimesSync(dir.at("new"), 1, 1);
  utimesSync(dir.at("c"), 1, 1);
  expect(changes(dir, () => renameSync(dir.at("new"), dir.at("c")))).toEqual(["c", "new"]);
});

test("sees a new modification time, but neither reading nor permissions", () => {
  using dir = watchedDir();
  dir.write("a");
  expect(changes(dir, () => utimesSync(dir.at("a"), 5, 6))).toEqual(["a"]);
  expect(changes(dir, () => utimesSync(dir.at("a"), 7, 6))).toEqual([]);
  expect(changes(dir, () => chmodSync(dir.at("a"), 0o755))).toEqual([]);
  expect(changes(dir, () => void readFileSync(dir.at("a")))).toEqual([]);
});

test("knows a file behind a link by what it holds, and where it would be when it is missing", () => {
  using dir = watchedDir();
  dir.write("src/a");
  dir.write("elsewhere/b");
  symlinkSync("../elsewhere/b", dir.at("src/b"));
  symlinkSync("../elsewhere/later", dir.at("src/c"));
  const before = look(dir, "src");
  expect([...before.files.keys()].sort()).toEqual([dir.at("src/a"), dir.at("src/b")]);
  expect(before.waypoints).toContain(dir.at("elsewhere/later"));
  dir.write("elsewhere/b", "22");
  dir.write("elsewhere/later");
  expect(changedFiles(before, look(dir, "src"))).toEqual([dir.at("src/b"), dir.at("src/c")]);
});

test("goes into linked directories, but not round in circles and not twice", () => {
  using dir = watchedDir();
  dir.write("src/a");
  dir.write("lib/b");
  for (const [name, target] of Object.entries({
    "src/up": "..",
    "src/self": ".",
    "src/lib": "../lib",
    "src/lib-again": "../lib",
    "lib/back": "../src",
    "lib/on": "../third",
  })) {
    symlinkSync(target, dir.at(name));
  }
  dir.write("third/c");
  symlinkSync("../lib", dir.at("third/round"));
  const found = files(dir, "src").map((file) => file.replace("lib-again", "lib"));
  expect(found).toEqual(["src/a", "src/lib/b", "src/lib/on/c"]);
  expect(files(dir, ".")).toEqual(["lib/b", "src/a", "third/c"]);
});

test("passes over pipes, which have nothing to read and would block", () => {
  using dir = watchedDir();
  execFileSync("mkfifo", [dir.at("pipe")]);
  dir.write("a");
  expect(files(dir, ".", "pipe")).toEqual(["a"]);
});
