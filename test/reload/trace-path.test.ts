import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tracePath } from "../../src/reload/trace-path.js";
import { type WatchedDir, watchedDir } from "./watched-dir.js";

function link(dir: WatchedDir, name: string, target: string): void {
  symlinkSync(target, dir.at(name));
}

test("a path without links leads to itself, whether something is there or not", () => {
  using dir = watchedDir();
  dir.write("a/b");
  for (const path of ["a/b", "a/c/d", "a/b/not-a-directory"]) {
    expect(tracePath(dir.at(path))).toEqual({ real: dir.at(path), links: [] });
  }
  expect(tracePath("/")).toEqual({ real: "/", links: [] });
});

test("follows links relative and absolute, in the middle and at the end, and tells each", () => {
  using dir = watchedDir();
  dir.write("releases/2/conf/app.json");
  link(dir, "current", "releases/2");
  link(dir, "conf", join(dir.path, "current", "conf"));
  link(dir, "releases/2/latest.json", "../2/./conf/app.json");
  expect(tracePath(dir.at("conf/app.json"))).toEqual({
    real: dir.at("releases/2/conf/app.json"),
    links: [dir.at("conf"), dir.at("current")],
  });
  expect(tracePath(dir.at("current/latest.json"))).toEqual({
    real: dir.at("releases/2/conf/app.json"),
    links: [dir.at("current"), dir.at("releases/2/latest.json")],
  });
});

test("tells where the missing target of a link would be", () => {
  using dir = watchedDir();
  link(dir, "conf", "later/app.json");
  expect(tracePath(dir.at("conf"))).toEqual({ real: dir.at("later/app.json"), links: [dir.at("conf")] });
});

test("comes to an end with links in a circle", () => {
  using dir = watchedDir();
  link(dir, "a", "b");
  link(dir, "b", "a");
  expect(tracePath(dir.at("a")).links).toHaveLength(40);
});
