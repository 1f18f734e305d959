import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Process, ProcessManager, ProcessOptions } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { openManager, statusOf } from "./real-scene.js";

interface ReloadScene extends AsyncDisposable {
  readonly manager: ProcessManager;
  readonly app: Process;
  /** Writes a file in the working directory. */
  readonly save: (name: string, text?: string) => void;
  /** Saves one as editors do, by renaming a new one over it. */
  readonly replace: (name: string) => void;
}

/** A process that sleeps in a directory whose files are watched. */
async function reloadScene(options: ProcessOptions = {}, command = "sleep", args = ["600"]): Promise<ReloadScene> {
  const dir = tempDir();
  writeFileSync(join(dir.path, "config"), "1");
  const manager = await openManager();
  const watch = { debounce: "100ms", ...options.watch };
  const app = manager.newProcess("app", command, { args, cwd: dir.path, ...options, watch });
  let count = 1;
  // Another size each time: two saves may come within one tick of the clock of the file system.
  const another = (): string => "1".repeat(++count);
  return {
    manager,
    app,
    save: (name, text = another()) => writeFileSync(join(dir.path, name), text),
    replace: (name) => {
      writeFileSync(join(dir.path, `${name}.new~`), another());
      renameSync(join(dir.path, `${name}.new~`), join(dir.path, name));
    },
    [Symbol.asyncDispose]: async () => {
      await manager.close();
      dir[Symbol.dispose]();
    },
  };
}

/** Resolves when the process was restarted for this many times. */
const restarted = async (app: Process, times: number): Promise<void> => {
  await statusOf(app, ({ restarts, lifecycle }) => restarts === times && lifecycle === "running");
};

describe("a process whose files are watched", () => {
  test("is restarted once for many saves, and says which file it was", async () => {
    await using scene = await reloadScene();
    await scene.app.start();
    const { pid } = scene.app;
    for (let save = 0; save < 30; save++) scene.save("config");
    await restarted(scene.app, 1);
    expect(scene.app.status.reason).toBe("config changed");
    expect(scene.app.pid).not.toBe(pid);
    // Were there a second restart for the first saves, this one would be the third.
    scene.replace("config");
    await restarted(scene.app, 2);
    expect(scene.app.lastCrash).toBeUndefined();
  });

  test("is not run again by a save when it has ended with a success", async () => {
    await using scene = await reloadScene({}, "sh", ["-c", "exit 0"]);
    await scene.app.start();
    await statusOf(scene.app, ({ lifecycle, reason }) => lifecycle === "exited" && reason !== undefined);
    const { cwd } = scene.app.template;
    const other = scene.manager.newProcess("other", "sleep", { args: ["600"], cwd, watch: { debounce: "100ms" } });
    await other.start();
    scene.save("config");
    await restarted(other, 1);
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", restarts: 0 });
  });

  test("is brought back by a save when it was given up, or has failed", async () => {
    await using scene = await reloadScene({}, "sh", ["-c", "grep -q good config && exec sleep 600; exit 3"]);
    await scene.app.start();
    await statusOf(scene.app, ({ lifecycle, reason }) => lifecycle === "exited" && reason !== undefined);
    scene.save("config", "good");
    await statusOf(scene.app, ({ lifecycle, reason }) => lifecycle === "running" && reason === "config changed");
  });

  test("leaves alone what somebody has stopped", async () => {
    await using scene = await reloadScene();
    await scene.app.start();
    await scene.app.stopAndWait();
    scene.save("config");
    const other = scene.manager.newProcess("other", "sleep", {
      args: ["600"],
      cwd: scene.app.template.cwd,
      watch: { debounce: "100ms" },
    });
    await other.start();
    scene.save("config");
    await restarted(other, 1);
    expect(scene.app.status).toMatchObject({ lifecycle: "exited", desired: "down", restarts: 0 });
  });

  test("is not restarted for what it leaves out", async () => {
    await using scene = await reloadScene({ watch: { debounce: "100ms", ignore: ["*.tmp"] } });
    await scene.app.start();
    scene.save("a.tmp");
    scene.save("config");
    await restarted(scene.app, 1);
    expect(scene.app.status.reason).toBe("config changed");
  });

  test("that writes them itself is restarted five times, then told so and left running", {
    timeout: 60_000,
  }, async () => {
    await using scene = await reloadScene({ watch: { debounce: "20ms" } }, "sh", [
      "-c",
      "date +%N >> written; exec sleep 600",
    ]);
    await scene.app.start();
    scene.save("config");
    const { restarts, lifecycle } = await statusOf(scene.app, ({ reason }) => reason?.includes("suspended") === true);
    expect({ restarts, lifecycle }).toEqual({ restarts: 5, lifecycle: "running" });
    expect(scene.app.status.reason).toContain(
      '"written"; if the process, or another one, writes it, add it to watch.ignore',
    );
    await scene.app.stopAndWait();
    await scene.app.start();
    scene.save("config");
    await statusOf(scene.app, ({ restarts: count }) => count > restarts);
  });
});
