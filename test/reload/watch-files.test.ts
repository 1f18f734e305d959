import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, readFileSync, renameSync, utimesSync } from "node:fs";
import { interval, lastValueFrom, take, tap } from "rxjs";
import { describe, expect, test } from "vitest";
import { changesOf, settledChangesOf, watchedDir } from "./watched-dir.js";

describe("from the moment of subscription", () => {
  test("what is there at the beginning is no change", async () => {
    using dir = watchedDir();
    for (let number = 0; number < 300; number++) dir.write(`d${number % 20}/f${number}`);
    using changes = changesOf(dir);
    dir.write("d3/marker");
    expect(await changes.next()).toEqual(["d3/marker"]);
    expect(changes.all).toEqual([{ files: ["d3/marker"], count: 1, isEndless: false }]);
  });

  test("a change counts before the watch stands", async () => {
    using dir = watchedDir();
    for (const file of ["a", "b", "c/d", "c/e"]) dir.write(file);
    using changes = changesOf(dir);
    dir.write("a", "22");
    dir.remove("b");
    dir.write("c/d", "22");
    dir.write("f/g/h");
    expect(await changes.next()).toEqual(["a", "b", "c/d", "f/g/h"]);
  });

  test("each subscription watches for itself", async () => {
    using dir = watchedDir();
    using one = await settledChangesOf(dir, "a");
    using other = changesOf(dir, { paths: ["*.ts"] });
    dir.write("b.ts");
    expect(await Promise.all([one.next(), other.next()])).toEqual([["b.ts"], ["b.ts"]]);
    one[Symbol.dispose]();
    dir.write("b.ts", "22");
    expect(await other.next()).toEqual(["b.ts"]);
    expect(one.all).toHaveLength(2);
  });
});

describe("saves", () => {
  test("30 saves in 300 ms are exactly one change", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { debounceMs: 500 });
    await lastValueFrom(
      interval(10).pipe(
        take(30),
        tap((number) => dir.save("a", `${number}`)),
      ),
    );
    expect(await changes.next()).toEqual(["a"]);
    dir.write("b");
    expect(await changes.next()).toEqual(["b"]);
    expect(changes.all).toHaveLength(3);
  });

  test("a rename over the file counts, every time", async () => {
    using dir = watchedDir();
    dir.write("a");
    using changes = await settledChangesOf(dir, "b");
    for (const text of ["2", "3", "4"]) {
      dir.save("a", text);
      expect(await changes.next()).toEqual(["a"]);
    }
  });

  test("a rename over a file that is watched alone counts, every time", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { paths: ["a"] });
    for (const text of ["2", "3", "4"]) {
      dir.save("a", text);
      expect(await changes.next()).toEqual(["a"]);
    }
  });

  test("sed -i counts", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a");
    execFileSync("sed", ["-i", "s/settled/edited/", dir.at("a")]);
    expect(await changes.next()).toEqual(["a"]);
  });

  test("a short debounce loses no second save", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { debounceMs: 1 });
    for (let number = 0; number < 20; number++) {
      dir.write("a", `${number}`.repeat(number + 1));
      expect(await changes.next()).toEqual(["a"]);
    }
  });

  test("a file that is written all the time counts after ten times the debounce, and is called endless", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { debounceMs: 100 });
    const writing = interval(20).subscribe(() => appendFileSync(dir.at("out.log"), "a line\n"));
    // A machine that is held up makes a pause; without the feature no change would ever be called so.
    while (changes.all.at(-1)?.isEndless !== true) expect(await changes.next()).toEqual(["out.log"]);
    writing.unsubscribe();
  });

  test("a new modification time counts, permissions and reading do not", async () => {
    using dir = watchedDir();
    for (const file of ["a", "b"]) dir.write(file);
    using changes = await settledChangesOf(dir, "c");
    chmodSync(dir.at("a"), 0o755);
    readFileSync(dir.at("a"));
    utimesSync(dir.at("b"), 5, 6);
    expect(await changes.next()).toEqual(["b"]);
    chmodSync(dir.at("a"), 0o644);
    dir.write("c", "22");
    expect(await changes.next()).toEqual(["c"]);
    expect(changes.all).toHaveLength(3);
  });

  test("names ten files and counts all", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a");
    for (let number = 10; number < 35; number++) dir.write(`f${number}`);
    expect(await changes.next()).toEqual(Array.from({ length: 10 }, (_, index) => `f${index + 10}`));
    expect(changes.all.at(-1)).toMatchObject({ count: 25 });
  });
});

describe("files and directories that come and go", () => {
  test("a new file, its removal and its return count", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a");
    for (const act of [() => dir.write("b"), () => dir.remove("b"), () => dir.write("b")]) {
      act();
      expect(await changes.next()).toEqual(["b"]);
    }
  });

  test("a file that is watched alone may be missing, come, go and come back; its neighbours do not count", async () => {
    using dir = watchedDir();
    using changes = changesOf(dir, { paths: ["a"] });
    for (const act of [() => dir.write("a"), () => dir.remove("a"), () => dir.write("a")]) {
      dir.write("neighbour", `${Math.random()}`);
      act();
      expect(await changes.next()).toEqual(["a"]);
    }
    expect(changes.all).toHaveLength(3);
  });

  test("new directories count with all that is in them, and are watched from then on", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a");
    dir.write("b/c/d/e");
    expect(await changes.next()).toEqual(["b/c/d/e"]);
    dir.write("b/c/d/e", "22");
    expect(await changes.next()).toEqual(["b/c/d/e"]);
    dir.write("b/f/g");
    expect(await changes.next()).toEqual(["b/f/g"]);
  });

  test("what is written into a new directory belongs to the same change", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { debounceMs: 400 });
    await lastValueFrom(
      interval(50).pipe(
        take(16),
        tap((number) => dir.write("dist/b", `${number}`)),
      ),
    );
    expect(await changes.next()).toEqual(["dist/b"]);
    dir.write("a", "22");
    expect(await changes.next()).toEqual(["a"]);
    expect(changes.all).toHaveLength(3);
  });

  test("100 directories made at once are all watched", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a");
    for (let number = 0; number < 100; number++) dir.write(`d${number}/e/f`);
    let count = 0;
    while (count < 100) {
      await changes.next();
      count += changes.all.at(-1)?.count ?? 0;
    }
    for (const number of [0, 57, 99]) {
      dir.write(`d${number}/e/g`);
      expect(await changes.next()).toEqual([`d${number}/e/g`]);
    }
  });

  test("a directory that is missing at the beginning counts when it comes", async () => {
    using dir = watchedDir();
    using changes = changesOf(dir, { paths: ["a/b/c"] });
    dir.write("a/other");
    dir.mkdir("a/b");
    dir.write("a/b/c/d");
    expect(await changes.next()).toEqual(["a/b/c/d"]);
    dir.write("a/b/c/d", "22");
    expect(await changes.next()).toEqual(["a/b/c/d"]);
    dir.write("a/other", "22");
    dir.write("a/b/c/e/f");
    expect(await changes.next()).toEqual(["a/b/c/e/f"]);
    expect(changes.all).toHaveLength(3);
  });

  test("a directory that comes step by step is followed", async () => {
    using dir = watchedDir();
    using changes = changesOf(dir, { paths: ["a/b/**/*.ts", "marker"] });
    for (const [step, directory] of ["a", "a/b", "a/b/c"].entries()) {
      dir.mkdir(directory);
      dir.write("marker", "1".repeat(step + 1));
      expect(await changes.next()).toEqual(["marker"]);
    }
    dir.write("a/b/c/d.ts");
    expect(await changes.next()).toEqual(["a/b/c/d.ts"]);
  });

  test("a directory that is removed and made again at once is watched on", async () => {
    using dir = watchedDir();
    dir.write("dist/a");
    for (const paths of [["."], ["dist"], ["dist/*"]]) {
      using changes = changesOf(dir, { paths });
      for (let round = 0; round < 3; round++) {
        dir.remove("dist");
        dir.write("dist/a", `${"2".repeat(round + 2)}`);
        expect(await changes.next()).toEqual(["dist/a"]);
        dir.write("dist/a", "3");
        expect(await changes.next()).toEqual(["dist/a"]);
      }
    }
  });

  test("a directory that is removed, and made again later, is watched on", async () => {
    using dir = watchedDir();
    dir.write("dist/sub/a");
    using changes = await settledChangesOf(dir, "dist/b", { paths: ["dist"] });
    dir.remove("dist");
    expect(await changes.next()).toEqual(["dist/b", "dist/sub/a"]);
    dir.write("dist/sub/a");
    expect(await changes.next()).toEqual(["dist/sub/a"]);
    dir.write("dist/sub/a", "22");
    expect(await changes.next()).toEqual(["dist/sub/a"]);
  });

  test("the working directory itself may be removed and made again", async () => {
    using dir = watchedDir();
    dir.write("app/a");
    using changes = await settledChangesOf(dir, "app/b", { cwd: dir.at("app") });
    dir.remove("app");
    expect(await changes.next()).toEqual(["a", "b"]);
    dir.write("app/a");
    expect(await changes.next()).toEqual(["a"]);
    dir.write("app/c/d");
    expect(await changes.next()).toEqual(["c/d"]);
  });

  test("directories may come and go for ever", async () => {
    using dir = watchedDir();
    using changes = await settledChangesOf(dir, "a", { debounceMs: 1 });
    for (let number = 0; number < 130; number++) {
      dir.write(`tmp${number}/b`);
      expect(await changes.next()).toEqual([`tmp${number}/b`]);
      dir.remove(`tmp${number}`);
      expect(await changes.next()).toEqual([`tmp${number}/b`]);
    }
    dir.write("tmp1/c/d");
    expect(await changes.next()).toEqual(["tmp1/c/d"]);
    dir.write("tmp1/c/d", "22");
    expect(await changes.next()).toEqual(["tmp1/c/d"]);
  });

  test("a directory that is moved away and another one moved in are one change, and watched on", async () => {
    using dir = watchedDir();
    dir.write("src/a");
    dir.write("next/b");
    using changes = await settledChangesOf(dir, "src/c", { paths: ["src"] });
    renameSync(dir.at("src"), dir.at("old"));
    renameSync(dir.at("next"), dir.at("src"));
    expect(await changes.next()).toEqual(["src/a", "src/b", "src/c"]);
    dir.write("old/a", "22");
    dir.write("src/b", "22");
    expect(await changes.next()).toEqual(["src/b"]);
    expect(changes.all).toHaveLength(3);
  });
});

describe("what counts", () => {
  test("globs, with others beside them that do not", async () => {
    using dir = watchedDir();
    dir.write("src/a.md");
    using changes = await settledChangesOf(dir, "c.json", { paths: ["src/**/*.ts", "*.{js,json}", "!src/gen"] });
    for (const file of ["src/a.md", "b.ts", "src/gen/d.ts", "deep/e.js"]) dir.write(file, "22");
    dir.write("src/b/c.ts");
    expect(await changes.next()).toEqual(["src/b/c.ts"]);
    dir.write("f.js");
    expect(await changes.next()).toEqual(["f.js"]);
    expect(changes.all).toHaveLength(3);
  });

  test("names with glob characters, in the pattern and in the working directory", async () => {
    using dir = watchedDir();
    dir.write("my [app] (1)/app/[id]/page.tsx");
    using changes = changesOf(dir, { cwd: dir.at("my [app] (1)"), paths: ["app/[id]/page.tsx"] });
    dir.write("my [app] (1)/app/[id]/page.tsx", "22");
    expect(await changes.next()).toEqual(["app/[id]/page.tsx"]);
  });

  test("files outside of the working directory, named in full", async () => {
    using dir = watchedDir();
    dir.mkdir("app");
    using changes = await settledChangesOf(dir, "app/a", { cwd: dir.at("app"), paths: [".", "../lib"] });
    dir.write("lib/b");
    expect(await changes.next()).toEqual([dir.at("lib/b")]);
  });

  test("not packages, version control, editors' temporary files, own files nor what is ignored", async () => {
    using dir = watchedDir();
    const leftOut = [
      "node_modules/a/index.js",
      ".git/index",
      ".drover/processes/web.json",
      "lib/__pycache__/a.pyc",
      ".a.swp",
      "a~",
      ".#a",
      "4913",
      "web.log",
      "web.log.1",
      "run/web.pid",
      "dist/a.js",
      "lib/dist/b.js",
      "src/gen/c.ts",
      "debug.tmp",
    ];
    const ownFiles = ["web.log", "run/web.pid"].map((file) => dir.at(file));
    const request = { ownFiles, ignore: ["dist", "src/gen", "*.tmp"] };
    for (const file of leftOut) dir.write(file);
    using changes = await settledChangesOf(dir, "marker", request);
    for (const file of leftOut) dir.write(file, "22");
    dir.write("marker", "first");
    expect(await changes.next()).toEqual(["marker"]);
    for (const file of leftOut) dir.save(file, "333");
    dir.remove("node_modules");
    dir.remove("dist");
    dir.write("marker", "second");
    // The temporary names of the saves are gone before anyone looks.
    expect(await changes.next()).toEqual(["marker"]);
    expect(changes.all).toHaveLength(3);
  });
});
