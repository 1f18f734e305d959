import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Process, ProcessOptions } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { failureOf, openManager, statusOf } from "./real-scene.js";

// A program may take seconds to start on a machine that is busy with others.
vi.setConfig({ testTimeout: 60_000 });

const patience = { timeout: 30_000 };
const restart = { mode: "ON_FAILURE", maxRestarts: 0 } as const;
const shell = (script: string): ProcessOptions => ({ args: ["-c", script], restart });

/** What is known of its end: told in the moment after it. */
async function crashOf(subject: Process) {
  await statusOf(subject, ({ lifecycle }) => lifecycle === "exited" || lifecycle === "failed");
  await expect.poll(() => subject.lastCrash, patience).toBeDefined();
  return subject.lastCrash;
}

describe.each(["in memory", "in log files"])("what is kept of a crash, with output %s", (where) => {
  async function scene() {
    const dir = tempDir();
    const manager = await openManager(where === "in memory" ? {} : { stateDir: join(dir.path, "state") });
    const close = async (): Promise<void> => {
      await manager.close();
      dir[Symbol.dispose]();
    };
    return { manager, [Symbol.asyncDispose]: close };
  }

  test("is its exit code, its last 20 lines of standard error, its uptime and the decision", async () => {
    await using it = await scene();
    const script = "seq 1 500; for n in $(seq 1 30); do echo error $n >&2; done; sleep 0.2; echo the last >&2; exit 4";
    const subject = it.manager.newProcess("app", "sh", shell(script));
    const beganMs = Date.now();
    await subject.start();
    const crash = await crashOf(subject);
    const last = Array.from({ length: 19 }, (_item, index) => `error ${index + 12}`);
    expect(crash).toMatchObject({
      exit: { code: 4, signal: null, cause: "exited" },
      failure: undefined,
      stderr: [...last, "the last"],
      decision: "ended with exit code 4; gave up after 0 restarts in a row",
    });
    expect(crash?.uptimeMs).toBeGreaterThanOrEqual(200);
    expect(crash?.uptimeMs).toBeLessThanOrEqual(Date.now() - beganMs + 20);
    expect(crash?.at.getTime()).toBeGreaterThanOrEqual(beganMs + 200);
  });

  test("is its signal", async () => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", shell("echo bad pointer >&2; kill -SEGV $$"));
    await subject.start();
    expect(await crashOf(subject)).toMatchObject({
      exit: { code: null, signal: "SIGSEGV", cause: "signaled" },
      stderr: ["bad pointer"],
      decision: "ended with SIGSEGV; gave up after 0 restarts in a row",
    });
  });

  test("is a last line without its newline", async () => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", shell("printf 'no newline' >&2; exit 1"));
    await subject.start();
    expect((await crashOf(subject))?.stderr).toEqual(["no newline"]);
  });

  test("is only what the crashed run has written", async () => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", shell("echo $DROVER_ID >&2; exit 1"));
    await subject.start();
    const [first] = (await crashOf(subject))?.stderr ?? [];
    const before = subject.lastCrash;
    await subject.start();
    await expect.poll(() => subject.lastCrash !== before && subject.lastCrash, patience).toBeTruthy();
    expect(subject.lastCrash?.stderr).toHaveLength(1);
    expect(subject.lastCrash?.stderr).not.toEqual([first]);
  });

  test("is why it could not be started, and no output of a run before", async () => {
    await using it = await scene();
    using dir = tempDir();
    const script = `rmdir '${dir.path}'; echo gone >&2; exit 1`;
    const options = {
      ...shell(script),
      cwd: dir.path,
      restart: { mode: "ON_FAILURE", backoff: { initial: 0 } },
    } as const;
    const subject = it.manager.newProcess("app", "sh", { ...options, restart: { ...options.restart, maxRestarts: 1 } });
    await subject.start();
    await statusOf(subject, ({ supervision }) => supervision.kind === "gave-up");
    await expect.poll(() => subject.lastCrash?.exit, patience).toBeUndefined();
    expect(subject.lastCrash).toMatchObject({ exit: undefined, uptimeMs: 0, stderr: [] });
    expect(subject.lastCrash?.failure).toContain(`working directory "${dir.path}" does not exist`);
    expect(subject.lastCrash?.decision).toMatch(/gave up after 1 restart in a row$/);
  });

  test("is that it was not ready in time", async () => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", {
      ...shell("echo thinking >&2; sleep 1000"),
      readiness: { exec: { command: "false" }, interval: "50ms" },
      startTimeout: "2s",
    });
    await failureOf(subject.start());
    expect(await crashOf(subject)).toMatchObject({
      exit: { cause: "start-timeout" },
      failure: "was not ready within 2s and was stopped; last check: exit code 1; its last output:",
      stderr: ["thinking"],
      uptimeMs: 0,
    });
  });

  test("is that it failed its liveness check", async () => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", {
      ...shell("echo stuck >&2; sleep 1000"),
      liveness: { exec: { command: "false" }, interval: "50ms", failureThreshold: 2 },
    });
    await subject.start();
    expect(await crashOf(subject)).toMatchObject({
      exit: { cause: "unhealthy" },
      failure: "its liveness check failed 2 times in a row: exit code 1",
      stderr: ["stuck"],
    });
  });

  test.each([
    ["a success", "exit 0"],
    ["a stop", "sleep 1000"],
  ])("is nothing after %s", async (_title, script) => {
    await using it = await scene();
    const subject = it.manager.newProcess("app", "sh", shell(script));
    await subject.start();
    if (script !== "exit 0") await subject.stopAndWait();
    await statusOf(subject, ({ lifecycle }) => lifecycle === "exited");
    await new Promise((resolve) => setImmediate(resolve));
    expect(subject.lastCrash).toBeUndefined();
  });
});
