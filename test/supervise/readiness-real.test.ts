import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import type { Process, ProcessManager, ProcessOptions } from "../../src/index.js";
import { listen } from "../health/listener.js";
import { freePort } from "../repo/free-port.js";
import { tempDir } from "../repo/temp-dir.js";
import { failureOf, hasProcfs, javascript, openManager, statusOf, treeOf } from "./real-scene.js";

// A program may take seconds to start on a machine that is busy with others.
vi.setConfig({ testTimeout: 60_000 });

/** Long enough never to be waited for. */
const never = "1h";
const soon = { interval: "100ms", timeout: "5s" };

/** A server on `port`, up after some time, that comes and goes by SIGUSR2. */
const server = (port: number, upAfterMs = 0): string => `
  const make = () => require("node:http").createServer((_request, response) => response.end("ok"));
  let server = make();
  const open = () => { server = make(); server.listen(${port}, "127.0.0.1"); };
  setTimeout(open, ${upAfterMs});
  setInterval(() => 0, 1000);
  process.on("SIGUSR2", () => server.listening ? (server.close(), server.closeAllConnections()) : open());
`;

const http = (port: number) => ({ http: { url: `http://127.0.0.1:${port}/` }, ...soon });

describe("a server asked by http", () => {
  test("that is up after 300 ms is started when it answers", async () => {
    await using manager = await openManager();
    const port = await freePort();
    const web = manager.newProcess("web", process.execPath, {
      ...javascript(server(port, 300)),
      readiness: http(port),
    });
    const beganMs = performance.now();
    await web.start();
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(300);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("ok");
    expect(web.status).toMatchObject({ ready: true, health: "healthy", lifecycle: "running", restarts: 0 });
    expect(web.checks.readiness).toMatchObject({ lastFailure: expect.stringContaining("ECONNREFUSED") as string });
  });

  test("that stops answering is unready, lives on, and is ready again", async () => {
    await using manager = await openManager();
    const port = await freePort();
    const readiness = { ...http(port), failureThreshold: 1 };
    const web = manager.newProcess("web", process.execPath, { ...javascript(server(port)), readiness });
    await web.start();
    const { pid } = web;
    await web.signal("SIGUSR2");
    const gone = await statusOf(web, ({ ready }) => !ready);
    expect(gone).toMatchObject({ lifecycle: "running", health: "unhealthy", pid });
    await web.signal("SIGUSR2");
    const back = await statusOf(web, ({ ready }) => ready);
    expect(back).toMatchObject({ health: "healthy", pid, restarts: 0 });
  });

  test.for(["with log files", "in memory"])(
    "that never answers is ended as a tree, and its last words are told: %s",
    async (where, { skip }) => {
      if (!hasProcfs) skip("there is no /proc here");
      using dir = tempDir();
      await using manager = await openManager(where === "in memory" ? {} : { stateDir: join(dir.path, "state") });
      const name = `mute-${randomUUID()}`;
      const script = "trap '' TERM; sleep 1000 & setsid sleep 1000 & echo nobody listens to me >&2; wait; sleep 1000";
      const port = await freePort();
      const subject = manager.newProcess(name, "sh", {
        args: ["-c", script],
        readiness: http(port),
        startTimeout: "2s",
        stop: { gracePeriod: "100ms" },
        restart: { mode: "ALWAYS", backoff: { initial: 0 } },
      });
      const error = await failureOf(subject.start());
      expect(error).toMatchObject({ code: "START_TIMEOUT", process: name });
      expect(error.message).toContain("was not ready within 2s and was stopped");
      expect(error.message).toContain(`nothing listens on 127.0.0.1:${port} (ECONNREFUSED)`);
      expect(error.message).toContain("\n  nobody listens to me");
      expect(await treeOf(name)).toEqual([]);
      expect(subject.status).toMatchObject({ supervision: { kind: "gave-up" }, exit: { cause: "start-timeout" } });
    },
  );

  test.for(["with log files", "in memory"])("that ends before it answers tells its last words: %s", async (where) => {
    using dir = tempDir();
    await using manager = await openManager(where === "in memory" ? {} : { stateDir: join(dir.path, "state") });
    const subject = manager.newProcess("broken", "sh", {
      args: ["-c", "echo a start; echo cannot open the database >&2; exit 3"],
      readiness: { ...http(await freePort()), interval: never },
      startTimeout: never,
      restart: { mode: "ALWAYS", backoff: { initial: 0 } },
    });
    const error = await failureOf(subject.start());
    expect(error).toMatchObject({ code: "SPAWN_FAILED", process: "broken" });
    expect(error.message).toBe(
      "broken: ended with exit code 3 before it was ready; its last output:\n  cannot open the database",
    );
    expect(subject.status).toMatchObject({ supervision: { kind: "gave-up" }, restarts: 0 });
  });

  test("whose program is missing fails at once", async () => {
    await using manager = await openManager();
    const options = { readiness: { ...http(1), interval: never }, startTimeout: never };
    const subject = manager.newProcess("nobody", "/no/such/program", options);
    expect(await failureOf(subject.start())).toMatchObject({ code: "SPAWN_FAILED", process: "nobody" });
  });

  test("that is stopped before it answers is gone, and its start is given up", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    await using manager = await openManager();
    const name = `slow-${randomUUID()}`;
    const options = { args: ["1000"], readiness: http(await freePort()), startTimeout: never };
    const subject = manager.newProcess(name, "sleep", { ...options, restart: { mode: "ALWAYS" } });
    const started = failureOf(subject.start());
    await statusOf(subject, ({ lifecycle }) => lifecycle === "running");
    const { survivors } = await subject.stopAndWait();
    expect(survivors).toEqual([]);
    expect(await started).toMatchObject({ code: "ABORTED", process: name });
    expect(await treeOf(name)).toEqual([]);
    expect(subject.status).toMatchObject({ desired: "down", lifecycle: "exited", supervision: { kind: "watching" } });
  });

  test("is waited for by two callers, one of whom gives up", async () => {
    await using manager = await openManager();
    const port = await freePort();
    const web = manager.newProcess("web", process.execPath, {
      ...javascript(server(port, 200)),
      readiness: http(port),
    });
    const controller = new AbortController();
    const cancelled = failureOf(web.start({ cancelSignal: controller.signal }));
    const kept = web.start();
    await statusOf(web, ({ lifecycle }) => lifecycle === "running");
    controller.abort();
    expect(await cancelled).toMatchObject({ code: "ABORTED" });
    await kept;
    expect(web.status).toMatchObject({ ready: true, desired: "up" });
  });
});

describe("what a process writes", () => {
  const output = { output: { pattern: "^ready at \\d+$" }, interval: never };
  /** What comes after it is split where a chunk ends, and may come in the same moment. */
  const programs = {
    "on its first line": "echo ready at 80; sleep 1000",
    "in two chunks": "printf 'read'; sleep 0.1; printf 'y at 8'; sleep 0.1; printf '0\\n'; sleep 1000",
    "on standard error": "echo up; echo ready at 80 >&2; sleep 1000",
    "among many lines": "seq 1 20000; echo ready at 80; seq 1 20000; sleep 1000",
    "without a newline, before it closes its output": "printf 'ready at 80'; exec >&- 2>&-; sleep 1000",
  };

  const rows = Object.entries(programs).flatMap(([title, script]) =>
    (["in memory", "in a log file"] as const).map((where) => ({ title, where, script })),
  );

  test.for(rows)("$title is seen $where", async ({ title, script, where }, { skip }) => {
    if (title.startsWith("without") && where === "in a log file") skip("nobody is told that a file is closed");
    using dir = tempDir();
    await using manager = await openManager(where === "in memory" ? {} : { stateDir: join(dir.path, "state") });
    const subject = manager.newProcess("writer", "sh", { args: ["-c", script], readiness: output });
    await subject.start();
    expect(subject.status).toMatchObject({ ready: true, health: "healthy" });
    // The log has what the run before has written: that says nothing about this one.
    await subject.restart();
    expect(subject.status).toMatchObject({ ready: true, restarts: 1 });
  });

  test("in an earlier run does not make a later one ready", async () => {
    using dir = tempDir();
    await using manager = await openManager({ stateDir: join(dir.path, "state") });
    const script = `[ -e '${dir.path}/again' ] || { touch '${dir.path}/again'; echo ready at 80; }; sleep 1000`;
    const options = { args: ["-c", script], readiness: output, startTimeout: "3s" };
    const subject = manager.newProcess("writer", "sh", options);
    await subject.start();
    const error = await failureOf(subject.restart());
    expect(error.message).toContain(
      "last check: no line of output has matched /^ready at \\d+$/ yet; it has written nothing",
    );
  });

  test("is seen of a detached process in its log file", async () => {
    using dir = tempDir();
    await using manager = await openManager();
    const logs = { stdout: join(dir.path, "out.log"), stderr: join(dir.path, "err.log") };
    const args = ["-c", "echo ready at 80 >&2; sleep 1000"];
    const subject = manager.newProcess("free", "sh", { args, readiness: output, detach: true, logs });
    await subject.start();
    expect(subject.status.ready).toBe(true);
    await subject.stopAndWait();
  });
});

describe("a server at a Unix socket", () => {
  const options = (cwd: string, text: string): ProcessOptions => ({
    ...javascript(text),
    cwd,
    readiness: { unix: { path: "app.sock" }, ...soon },
  });
  const listening = `
    const path = process.env.SOCKET_PATH;
    require("node:fs").rmSync(path, { force: true });
    require("node:net").createServer().listen(path);
  `;

  /** The file a server leaves behind that was killed. */
  async function leaveStale(path: string): Promise<void> {
    const text = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
    const child = spawn(process.execPath, ["-e", text], { stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "close");
    expect(existsSync(path)).toBe(true);
  }

  test.for(["is ready where SOCKET_PATH says", "is ready in the place of a stale file"])("%s", async (title) => {
    using dir = tempDir();
    if (title.includes("stale")) await leaveStale(join(dir.path, "app.sock"));
    await using manager = await openManager();
    const subject = manager.newProcess("app", process.execPath, options(dir.path, listening));
    await subject.start();
    expect(subject.status.ready).toBe(true);
  });

  test("is not ready by a stale file", async () => {
    using dir = tempDir();
    await leaveStale(join(dir.path, "app.sock"));
    await using manager = await openManager();
    const idle = { ...options(dir.path, "setInterval(() => 0, 1000)"), startTimeout: "1s" };
    const error = await failureOf(manager.newProcess("app", process.execPath, idle).start());
    expect(error.message).toContain(`nothing listens on ${join(dir.path, "app.sock")} (ECONNREFUSED)`);
  });

  test("is not ready by somebody else who listens there", async ({ skip }) => {
    if (!hasProcfs) skip("nobody can tell who listens here");
    using dir = tempDir();
    const path = join(dir.path, "app.sock");
    await using _ = await listen(createServer(), { path });
    await using manager = await openManager();
    const idle = { ...options(dir.path, "setInterval(() => 0, 1000)"), startTimeout: "1s" };
    const error = await failureOf(manager.newProcess("app", process.execPath, idle).start());
    expect(error.message).toContain(`another process listens on ${path}`);
  });

  test("is not even started at a path that is too long", async ({ skip }) => {
    if (!hasProcfs) skip("there is no /proc here");
    using dir = tempDir();
    await using manager = await openManager();
    const name = `long-${randomUUID()}`;
    const marker = join(dir.path, "was-started");
    const text = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")`;
    const tooLong = { ...options(dir.path, text), readiness: { unix: { path: `${"x".repeat(100)}.sock` }, ...soon } };
    const error = await failureOf(
      Promise.resolve().then(() => manager.newProcess(name, process.execPath, tooLong).start()),
    );
    expect(error).toMatchObject({ code: "INVALID_TEMPLATE" });
    expect(error.message).toMatch(/bytes long/);
    expect(existsSync(marker)).toBe(false);
  });
});

describe("a process asked by a program", () => {
  /** Fails once for sure: the process is up when it was asked. */
  const question = 'test -e "$PLACE"; answer=$?; touch asked; exit $answer';
  const checks = {
    "a command": { exec: { command: "sh", args: ["-c", question] }, ...soon },
    "a script": { exec: { script: question }, ...soon },
  } as const;

  test.for(Object.entries(checks))("%s is ready when it says so", async ([, readiness]) => {
    using dir = tempDir();
    await using manager = await openManager();
    const subject = manager.newProcess("worker", "sh", {
      args: ["-c", "until [ -e asked ]; do sleep 0.05; done; touch up; sleep 1000"],
      cwd: dir.path,
      env: { PLACE: "up" },
      readiness,
    });
    await subject.start();
    expect(existsSync(join(dir.path, "up"))).toBe(true);
    expect(subject.checks.readiness?.lastFailure).toBe("exit code 1");
  });

  test("is told the last line of what that program complains of", async () => {
    await using manager = await openManager();
    const script = "echo first >&2; echo still closed >&2; exit 3";
    const options = { args: ["1000"], readiness: { exec: { script }, ...soon }, startTimeout: "1s" };
    const error = await failureOf(manager.newProcess("worker", "sleep", options).start());
    expect(error.message).toContain("last check: exit code 3: still closed");
  });
});

describe("a detached process found again by the next manager", () => {
  const make = (manager: ProcessManager, options: ProcessOptions): Process =>
    manager.newProcess("free", process.execPath, { ...options, detach: true });

  /** Started by a manager that is closed then; gives its PID. */
  async function leaveRunning(stateDir: string, options: ProcessOptions): Promise<number | undefined> {
    await using manager = await openManager({ stateDir });
    const subject = make(manager, options);
    await subject.start();
    return subject.pid;
  }

  test("is started when it answers", async () => {
    using dir = tempDir();
    const port = await freePort();
    const options = { ...javascript(server(port)), readiness: http(port) };
    const pid = await leaveRunning(dir.path, options);
    await using manager = await openManager({ stateDir: dir.path });
    const again = make(manager, options);
    await again.start();
    expect(again.status).toMatchObject({ ready: true, health: "healthy", pid, restarts: 0 });
    await again.stopAndWait();
  });

  test("is ready by what it wrote under the one before", async () => {
    using dir = tempDir();
    const text = 'console.log("ready"); setInterval(() => 0, 1000);';
    const options = { ...javascript(text), readiness: { output: { pattern: "ready" }, interval: never } };
    const pid = await leaveRunning(dir.path, options);
    await using manager = await openManager({ stateDir: dir.path });
    const again = make(manager, options);
    await again.start();
    expect(again.status).toMatchObject({ ready: true, health: "healthy", pid, restarts: 0 });
    await again.stopAndWait();
  });

  test("that does not answer any more is told, and left alone", async () => {
    using dir = tempDir();
    const port = await freePort();
    const options = { ...javascript(server(port)), readiness: http(port) };
    const pid = await leaveRunning(dir.path, options);
    process.kill(pid ?? 0, "SIGUSR2");
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).catch(() => "closed")).toBe("closed");
    await using manager = await openManager({ stateDir: dir.path });
    const again = make(manager, { ...options, startTimeout: "1s" });
    const error = await failureOf(again.start());
    expect(error).toMatchObject({ code: "START_TIMEOUT", process: "free" });
    expect(error.message).toMatch(/^free: was found running, and was not ready within 1s; last check: .*ECONNREFUSED/);
    expect(again.status).toMatchObject({ lifecycle: "running", ready: false, pid, supervision: { kind: "watching" } });
    await again.stopAndWait();
  });
});
