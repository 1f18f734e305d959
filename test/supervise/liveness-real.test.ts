import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { freePort } from "../repo/free-port.js";
import { tempDir } from "../repo/temp-dir.js";
import { hasProcfs, javascript, openManager, statusOf, treeOf } from "./real-scene.js";

// A program may take seconds to start on a machine that is busy with others.
vi.setConfig({ testTimeout: 60_000 });

const server = (port: number): string =>
  `require("node:http").createServer((_request, response) => response.end("ok")).listen(${port}, "127.0.0.1")`;

/** Answers a few times, then takes questions and never answers: it hangs. */
const hanging = (port: number): string => `
  let answers = 3;
  const answer = (_request, response) => void (answers-- > 0 && response.end("ok"));
  require("node:http").createServer(answer).listen(${port}, "127.0.0.1");
  process.on("SIGTERM", () => undefined);
`;

const checks = (port: number) => {
  const http = { url: `http://127.0.0.1:${port}/` };
  return {
    readiness: { http, interval: "50ms", timeout: "5s" },
    liveness: { http, interval: "100ms", timeout: "1500ms", failureThreshold: 2 },
  };
};

const quick = { backoff: { initial: "10ms" } };

describe("a server that hangs", () => {
  test("by SIGSTOP is replaced once, and the new one is asked anew", async () => {
    await using manager = await openManager();
    const port = await freePort();
    const options = { ...javascript(server(port)), ...checks(port), restart: quick, stop: { gracePeriod: "100ms" } };
    const web = manager.newProcess("web", process.execPath, options);
    await web.start();
    const { pid } = web;
    await web.signal("SIGSTOP");
    const ended = await statusOf(web, ({ lifecycle }) => lifecycle === "exited");
    expect(ended.exit).toMatchObject({ cause: "unhealthy" });
    const again = await statusOf(web, ({ ready }) => ready);
    expect(again).toMatchObject({ restarts: 1, lifecycle: "running", desired: "up" });
    expect(again.pid).not.toBe(pid);
    await expect.poll(() => web.checks.liveness?.successes, { timeout: 30_000 }).toBeGreaterThan(5);
    expect(web.checks.liveness).toMatchObject({ failures: 0, verdict: "healthy" });
    expect(web.status).toMatchObject({ restarts: 1, pid: again.pid });
    expect(web.lastCrash).toMatchObject({
      exit: { cause: "unhealthy" },
      failure: "its liveness check failed 2 times in a row: no answer within 1.5s",
    });
  });

  test("and does not end when it is asked to, is killed as a tree and replaced once", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await openManager();
    const [port, name] = [await freePort(), `hanging-${randomUUID()}`];
    const options = { ...javascript(hanging(port)), ...checks(port), stop: { gracePeriod: "300ms" } };
    const web = manager.newProcess(name, process.execPath, { ...options, restart: { ...quick, maxRestarts: 1 } });
    await web.start();
    const gaveUp = await statusOf(web, ({ supervision }) => supervision.kind === "gave-up");
    expect(gaveUp).toMatchObject({ restarts: 1, exit: { signal: "SIGKILL", cause: "unhealthy" } });
    await expect.poll(() => treeOf(name), { timeout: 30_000 }).toEqual([]);
  });

  test("is stopped for good by a stop at the same moment", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await openManager();
    const [port, name] = [await freePort(), `stopped-${randomUUID()}`];
    const options = { ...javascript(hanging(port)), ...checks(port), stop: { gracePeriod: "200ms" } };
    const restart = { mode: "ALWAYS", backoff: { initial: 0 } } as const;
    const web = manager.newProcess(name, process.execPath, { ...options, restart });
    await web.start();
    await statusOf(web, ({ lifecycle }) => lifecycle === "stopping");
    const { survivors } = await web.stopAndWait();
    expect(survivors).toEqual([]);
    expect(web.status).toMatchObject({ desired: "down", lifecycle: "exited", restarts: 0, nextRestartAt: undefined });
    expect(await treeOf(name)).toEqual([]);
  });
});

describe("a process that says itself that it is broken", () => {
  test("is replaced, also when it is never restarted else, and not before it is ready", async () => {
    using dir = tempDir();
    await using manager = await openManager();
    const log = join(dir.path, "log");
    // A run takes its flags with it: the checks of the next one may come before that has done anything.
    const script = `trap 'rm -f ready broken; exit 0' TERM; echo start >>'${log}'; sleep 0.3; touch ready; sleep 0.3; touch broken; sleep 1000`;
    const subject = manager.newProcess("worker", "sh", {
      args: ["-c", script],
      cwd: dir.path,
      restart: { mode: "NEVER", ...quick },
      readiness: { exec: { command: "test", args: ["-e", "ready"] }, interval: "50ms" },
      liveness: { exec: { script: `echo asked >>'${log}'; test ! -e broken` }, interval: "50ms", failureThreshold: 1 },
    });
    await subject.start();
    const again = await statusOf(subject, ({ restarts, ready }) => restarts === 1 && ready);
    expect(again).toMatchObject({ lifecycle: "running" });
    const lines = readFileSync(log, "utf8").split("\n");
    expect(lines[0]).toBe("start");
    expect(lines.filter((line) => line === "start")).toHaveLength(2);
    await subject.stopAndWait();
  });
});
