import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compressArchives } from "../../src/logs/compress-archive.js";
import { listArchives, pruneArchives, shiftArchives } from "../../src/logs/log-archives.js";
import { LogFile } from "../../src/logs/log-file.js";
import { LogScene } from "./log-scene.js";

/** Writes files whose content is their name. */
function write(scene: LogScene, ...suffixes: readonly string[]): void {
  for (const suffix of suffixes) writeFileSync(`${scene.path}${suffix}`, suffix);
}

const files = (scene: LogScene): string =>
  readdirSync(scene.directory)
    .sort()
    .map((name) => `${name.slice("app.log".length)}=${readFileSync(`${scene.directory}/${name}`, "utf8")}`)
    .join(" ");

describe("the archives of a log", () => {
  test("are the numbered files beside it, and nothing else", async () => {
    await using scene = new LogScene();
    write(scene, "", ".1", ".2", ".10.gz", ".0", ".01", ".1x", ".20261121", ".rotating", ".2.gz.tmp");
    mkdirSync(`${scene.path}.3`);
    const found = await listArchives(scene.path);
    expect(found.map(({ number, isCompressed }) => [number, isCompressed])).toEqual([
      [1, false],
      [2, false],
      [10, true],
    ]);
    expect(await listArchives(`${scene.directory}/none/app.log`)).toEqual([]);
  });

  test("move on by one, up to the first free number", async () => {
    await using scene = new LogScene();
    write(scene, ".1", ".2", ".3.gz", ".5");
    await shiftArchives(scene.path);
    expect(files(scene)).toBe(".2=.1 .3=.2 .4.gz=.3.gz .5=.5");
    await shiftArchives(scene.path);
    expect(files(scene)).toBe(".2=.1 .3=.2 .4.gz=.3.gz .5=.5");
  });

  test.each([
    [{ maxFiles: 3 }, "= .1=.1 .2=.2"],
    [{ maxFiles: 1 }, "="],
    [{ maxFiles: 9, maxTotalBytes: 4 }, "= .1=.1 .2=.2"],
    [{ maxFiles: 9, maxTotalBytes: 1 }, "="],
    [{ maxFiles: 9 }, "= .1=.1 .2=.2 .3=.3 .4=.4"],
  ])("within %j are kept: %s", async (retention, expected) => {
    await using scene = new LogScene();
    write(scene, "", ".1", ".2", ".3", ".4");
    await pruneArchives(scene.path, retention);
    expect(files(scene)).toBe(expected);
  });

  test("but the newest are compressed, and what an interrupted compression left is finished", async () => {
    await using scene = new LogScene();
    write(scene, "", ".1", ".2", ".3", ".3.gz", ".2.gz.tmp");
    await compressArchives(new LogFile(scene.path));
    expect(readdirSync(scene.directory).sort()).toEqual(["app.log", "app.log.1", "app.log.2.gz", "app.log.3.gz"]);
    expect(gunzipSync(readFileSync(`${scene.path}.2.gz`)).toString()).toBe(".2");
    expect(readFileSync(`${scene.path}.3.gz`, "utf8")).toBe(".3.gz");
  });

  test("are the beginning of the log, and compressed ones cannot be read", async () => {
    await using scene = new LogScene();
    write(scene, ".3.gz");
    appendFileSync(`${scene.path}.2`, "12345");
    appendFileSync(`${scene.path}.1`, "123");
    appendFileSync(scene.path, "1");
    const segments = await new LogFile(scene.path).segments();
    expect(segments.map(({ fromByte, toByte }) => [fromByte, toByte])).toEqual([
      [-8, -3],
      [-3, 0],
      [0, 1],
    ]);
  });
});
