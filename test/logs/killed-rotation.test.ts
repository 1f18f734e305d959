import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstValueFrom, timer } from "rxjs";
import { expect, test } from "vitest";
import { LogFile } from "../../src/logs/log-file.js";
import { copyRotator } from "../../src/logs/rotate-by-copy.js";
import { canCollapse, findGap, LogScene, numberedLines, numbersOf, runProgram } from "./log-scene.js";
import { transpile } from "./transpile.js";

const program = fileURLToPath(new URL("fixtures/doomed-rotator.js", import.meta.url));
const collapses = await canCollapse();
const hosts = 8;

test.skipIf(!collapses)(
  "hosts that are killed while they rotate leave every line of a writer once",
  async () => {
    await using scene = new LogScene();
    const modules = join(scene.directory, "modules");
    transpile(["errors.ts", "units", "logs"], modules);
    const writer = scene.start(numberedLines, ["1000000000", "50"]);
    for (let host = 0; host < hosts; host++) {
      const child = spawn(process.execPath, [program, modules, scene.path, "50000"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      // Any moment will do: that is the test.
      await firstValueFrom(timer(50 + host * 13));
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const stopped = once(writer, "exit");
    writer.kill("SIGTERM");
    await stopped;
    await copyRotator(runProgram).recover(new LogFile(scene.path));
    const lines = scene.everything().toString().split("\n").slice(0, -1);
    expect(findGap(numbersOf(lines))).toBeUndefined();
    expect(existsSync(`${scene.path}.5`)).toBe(true);
  },
  120_000,
);
