import { readdirSync, readFileSync } from "node:fs";
import { FSWatcher } from "chokidar";
import { asyncScheduler, firstValueFrom } from "rxjs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { watchDirectory } from "../../src/reload/watch-directory.js";
import { canUnshare, outputOf } from "./watch-program.js";
import { changesOf, settledChangesOf, watchedDir } from "./watched-dir.js";

/** The directories the kernel watches for this process. */
function kernelWatches(): number {
  return readdirSync("/proc/self/fdinfo")
    .map((descriptor) => readDescriptor(descriptor).match(/^inotify wd:/gm)?.length ?? 0)
    .reduce((sum, count) => sum + count, 0);
}

function readDescriptor(descriptor: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
  } catch {
    // The descriptor that listed the others is closed again.
    return "";
  }
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("the end of a subscription", () => {
  test("ten subscriptions, ended at any time, leave no watch and no descriptor", async () => {
    using dir = watchedDir();
    for (let number = 0; number < 50; number++) dir.write(`d${number}/a`);
    // The first one makes the descriptor through which Node.js watches, which stays.
    (await settledChangesOf(dir, "a"))[Symbol.dispose]();
    await expect.poll(kernelWatches, { timeout: 10_000 }).toBe(0);
    const descriptors = openDescriptors();
    for (let round = 0; round < 10; round++) {
      const changes = changesOf(dir);
      // From at once, through the middle of the scan, to long after it.
      if (round % 2 === 1) {
        dir.write("a", "2".repeat(round + 1));
        await changes.next();
        expect(kernelWatches()).toBeGreaterThan(50);
      }
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
      changes[Symbol.dispose]();
    }
    await expect.poll(kernelWatches, { timeout: 10_000 }).toBe(0);
    await expect.poll(openDescriptors, { timeout: 10_000 }).toBe(descriptors);
  });

  test("a watch that was made anew, because a directory was replaced, ends the one before", async () => {
    using dir = watchedDir();
    dir.write("dist/a");
    using _changes = await settledChangesOf(dir, "b");
    const close = vi.spyOn(FSWatcher.prototype, "close");
    onTestFinished(() => close.mockRestore());
    dir.remove("dist");
    dir.write("dist/a", "22");
    await expect.poll(() => close.mock.calls.length, { timeout: 10_000 }).toBe(1);
  });

  test("nothing is told after it", async () => {
    using dir = watchedDir();
    const ended = await settledChangesOf(dir, "a");
    using witness = await settledChangesOf(dir, "a");
    await ended.next();
    dir.write("a", "22");
    ended[Symbol.dispose]();
    expect(await witness.next()).toEqual(["a"]);
    expect(ended.all).toHaveLength(2);
  });

  test("a watch does not keep its program alive", async () => {
    using dir = watchedDir();
    const body = `
      const request = { paths: ["."], ignore: ["program"], ownFiles: [], debounceMs: 10, cwd: process.cwd() };
      const options = { scheduler: asyncScheduler, onProblem: (problem) => console.log(problem.message) };
      watchFiles(request, options).subscribe(({ files }) => console.log(files.join()));
      writeFileSync("a", "22");`;
    expect(await outputOf(dir, body)).toEqual(["a", "exit 0"]);
  });
});

test("where the disk tells nothing, polling finds every change, also of a file that has just come", async () => {
  using dir = watchedDir();
  dir.write("a");
  const body = `
    const acts = [
      () => writeFileSync("b", "1"),
      () => (mkdirSync("c/d", { recursive: true }), writeFileSync("c/d/e", "1")),
      () => writeFileSync("c/d/e", "22"),
      () => writeFileSync("c/d/e", "333"),
      () => process.exit(),
    ];
    const request = { paths: ["."], ignore: ["program"], ownFiles: [], debounceMs: 50, cwd: process.cwd() };
    const options = { scheduler: asyncScheduler, onProblem: (problem) => console.log(problem.message) };
    watchFiles(request, options).subscribe(({ files }) => {
      console.log(files.join());
      acts.shift()();
    });
    setInterval(() => undefined, 60_000);
    writeFileSync("a", "22");`;
  const output = await outputOf(dir, body, ["env", "CHOKIDAR_USEPOLLING=1"]);
  expect(output).toEqual(["a", "b", "c/d/e", "c/d/e", "c/d/e", "exit 0"]);
});

describe.skipIf(!canUnshare)("what cannot be watched", () => {
  const watching = (limit: string, ending: string): string => `
    for (const [file, text] of ${limit}) writeFileSync(file, text);
    const request = { paths: ["."], ignore: ["program"], ownFiles: [], debounceMs: 100, cwd: process.cwd() };
    const problems = [];
    const options = { scheduler: asyncScheduler, onProblem: (problem) => problems.push(problem) };
    watchFiles(request, options).subscribe(({ files }) => {
      console.log(files.join());
      ${ending}
    });
    writeFileSync("a", "22");`;

  const report = "for (const { code, message } of problems) console.log(code, message);";

  test("is told once with the fix where the kernel's watches are used up, and the rest is watched on", async () => {
    using dir = watchedDir();
    for (let number = 0; number < 20; number++) dir.write(`d${number}/a`);
    const limit = '[["/proc/sys/user/max_inotify_watches", "5"]]';
    const output = await outputOf(dir, watching(limit, report), ["unshare", "-Urm"]);
    expect(output).toEqual([
      "a",
      expect.stringMatching(/^UNSUPPORTED watch: .*sysctl fs\.inotify\.max_user_watches=524288/),
      "exit 0",
    ]);
  });

  test("is told where no inotify instance is left", async () => {
    using dir = watchedDir();
    const limit = '[["/proc/sys/user/max_inotify_instances", "0"]]';
    const output = await outputOf(dir, watching(limit, report), ["unshare", "-Urm"]);
    // What was written before the watch stood is still found by looking.
    expect(output).toEqual(["a", expect.stringMatching(/^UNSUPPORTED .*fs\.inotify\.max_user_instances/), "exit 0"]);
  });

  test("is told where a directory cannot be read", async () => {
    using dir = watchedDir();
    dir.write("secret/a");
    const body = `
      import { chmodSync } from "node:fs";
      chmodSync("secret", 0);
      process.on("exit", () => chmodSync("secret", 0o700));
      ${watching("[]", report)}`;
    const output = await outputOf(dir, body, ["unshare", "-U"]);
    expect(output).toEqual([
      "a",
      `NOT_PERMITTED watch: ${dir.at("secret")} cannot be read, changes there go unnoticed; ` +
        "allow this user to read and search it, or leave it out (watch.ignore)",
      "exit 0",
    ]);
  });
});

describe("watchDirectory", () => {
  const options = { scheduler: asyncScheduler, debounceMs: 20 };

  test("tells of files that come, are replaced and go, in a directory that was missing at first", async () => {
    using dir = watchedDir();
    const path = dir.at("later/templates");
    let count = 0;
    const waiting: (() => void)[] = [];
    const subscription = watchDirectory(path, options).subscribe(() => {
      count++;
      waiting.shift()?.();
    });
    const next = (): Promise<void> => new Promise((resolve) => void waiting.push(resolve));
    const acts = [
      () => dir.write("later/templates/a.json"),
      () => dir.save("later/templates/a.json", "22"),
      () => dir.write("later/templates/b.yaml"),
      () => dir.remove("later/templates/a.json"),
    ];
    for (const act of acts) {
      const told = next();
      dir.write("later/templates/sub/c.json", `${Math.random()}`);
      dir.write("later/templates/a.json.swp", `${Math.random()}`);
      act();
      await told;
    }
    expect(count).toBe(acts.length);
    subscription.unsubscribe();
  });

  test("emits undefined, and takes a directory whose name has glob characters", async () => {
    using dir = watchedDir();
    dir.write("[t]/a.json");
    const told = firstValueFrom(watchDirectory(dir.at("[t]"), options));
    dir.write("[t]/a.json", "22");
    expect(await told).toBeUndefined();
  });
});
