import { renameSync, rmSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { changesOf, settledChangesOf, type WatchedDir, watchedDir } from "./watched-dir.js";

function link(dir: WatchedDir, name: string, target: string): void {
  symlinkSync(target, dir.at(name));
}

/** Points a link elsewhere in one step, as deployments do. */
function relink(dir: WatchedDir, name: string, target: string): void {
  link(dir, `${name}.next`, target);
  renameSync(dir.at(`${name}.next`), dir.at(name));
}

test("a file behind a link counts when it is written, replaced, removed and made again", async () => {
  using dir = watchedDir();
  dir.write("etc/app.conf");
  dir.mkdir("app");
  link(dir, "app/app.conf", "../etc/app.conf");
  using changes = await settledChangesOf(dir, "app/a", { paths: ["app"] });
  const acts = [
    () => dir.write("etc/app.conf", "22"),
    () => dir.save("etc/app.conf", "333"),
    () => dir.save("etc/app.conf", "4444"),
    () => dir.remove("etc/app.conf"),
    () => dir.write("etc/app.conf"),
  ];
  for (const act of acts) {
    dir.write("etc/neighbour", `${acts.indexOf(act)}`);
    act();
    expect(await changes.next()).toEqual(["app/app.conf"]);
  }
  expect(changes.all).toHaveLength(6);
});

test("a link that is itself watched counts when it is pointed elsewhere, and its new target is watched", async () => {
  using dir = watchedDir();
  dir.write("one");
  dir.write("two", "22");
  link(dir, "conf", "one");
  using changes = changesOf(dir, { paths: ["conf"] });
  relink(dir, "conf", "two");
  expect(await changes.next()).toEqual(["conf"]);
  dir.write("two", "333");
  expect(await changes.next()).toEqual(["conf"]);
  dir.save("two", "4444");
  expect(await changes.next()).toEqual(["conf"]);
});

test("a link whose target is missing counts when the target comes", async () => {
  using dir = watchedDir();
  link(dir, "conf", "later/app.conf");
  using changes = changesOf(dir, { paths: ["conf"] });
  dir.write("later/app.conf");
  expect(await changes.next()).toEqual(["conf"]);
});

test("a working directory behind a link counts when a deployment points the link elsewhere", async () => {
  using dir = watchedDir();
  dir.write("releases/1/a");
  dir.write("releases/2/a", "22");
  link(dir, "current", "releases/1");
  using changes = changesOf(dir, { cwd: dir.at("current") });
  relink(dir, "current", "releases/2");
  expect(await changes.next()).toEqual(["a"]);
  dir.write("releases/2/b/c");
  expect(await changes.next()).toEqual(["b/c"]);
  dir.write("releases/1/a", "333");
  dir.write("releases/2/b/c", "22");
  expect(await changes.next()).toEqual(["b/c"]);
  expect(changes.all).toHaveLength(3);
});

test("a Kubernetes config map counts when it is replaced", async () => {
  using dir = watchedDir();
  dir.write("..2024/app.yaml");
  link(dir, "..data", "..2024");
  link(dir, "app.yaml", "..data/app.yaml");
  using changes = changesOf(dir, { paths: ["app.yaml"] });
  for (const [version, text] of Object.entries({ "..2025": "22", "..2026": "333" })) {
    dir.write(`${version}/app.yaml`, text);
    relink(dir, "..data", version);
    expect(await changes.next()).toEqual(["app.yaml"]);
  }
});

test("a link to a directory that is made later is followed", async () => {
  using dir = watchedDir();
  dir.write("shared/a.ts");
  using changes = await settledChangesOf(dir, "app/b.ts", { paths: ["app/**/*.ts"] });
  link(dir, "app/shared", "../shared");
  expect(await changes.next()).toEqual(["app/shared/a.ts"]);
  dir.save("shared/a.ts", "22");
  expect(await changes.next()).toEqual(["app/shared/a.ts"]);
});

test("a linked directory is watched under the name of the link, a circle once", async () => {
  using dir = watchedDir();
  dir.write("shared/a.ts");
  dir.mkdir("app");
  link(dir, "app/shared", "../shared");
  link(dir, "shared/app", "../app");
  using changes = await settledChangesOf(dir, "app/b.ts", { cwd: dir.at("app"), paths: ["**/*.ts"] });
  dir.write("shared/a.ts", "22");
  expect(await changes.next()).toEqual(["shared/a.ts"]);
  dir.write("shared/c/d.ts");
  expect(await changes.next()).toEqual(["shared/c/d.ts"]);
  dir.write("shared/c/d.ts", "22");
  expect(await changes.next()).toEqual(["shared/c/d.ts"]);
  rmSync(dir.at("app/shared"));
  expect(await changes.next()).toEqual(["shared/a.ts", "shared/c/d.ts"]);
});
