import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { importText, importValue } from "../../src/formats/index.js";
import type { Process } from "../../src/index.js";
import { statusOf } from "../supervise/real-scene.js";
import { openScene } from "./scene.js";

// Stubs in place of the programs that the documentation of each system starts.
vi.setConfig({ testTimeout: 30_000 });

const linesOf = async (subject: Process, count: number): Promise<readonly string[]> => {
  const lines = async () => (await subject.logs.tail(100)).map(({ stream, line }) => `${stream} ${line}`);
  await vi.waitFor(async () => expect((await lines()).length).toBeGreaterThanOrEqual(count), { timeout: 30_000 });
  return await lines();
};

describe("processman", () => {
  test("the Python agent gets its venv, its variables and the host's, and restarts after a clean exit", async () => {
    const python = '#!/bin/sh\necho "$1 $2 $3 $OPENAI_API_KEY, $NONE, $PB_PORT"\necho "$PB_DATA_DIR" >&2\nexit 0\n';
    await using scene = await openScene(
      { "agents/.venv/bin/python": python },
      { PB_PORT: "8090", PB_DATA_DIR: "/data", OPENAI_API_KEY: "key" },
    );
    const entry = {
      id: "ai-agent",
      script: "agent.py",
      args: ["--model", "gpt-4"],
      cwd: "./agents",
      env: { OPENAI_API_KEY: "${OPENAI_API_KEY}", NONE: "${NONE}" },
      maxRetries: 1,
      backoff: "10ms",
    };
    const agent = scene.take(importText(JSON.stringify([entry]), { directory: scene.path }));
    await agent.start();
    await statusOf(agent, ({ supervision }) => supervision.kind === "gave-up");
    expect(agent.status.restarts).toBe(1);
    const lines = await linesOf(agent, 4);
    expect(lines.filter((line) => line === "stdout agent.py --model gpt-4 key, , 8090")).toHaveLength(2);
    expect(lines.filter((line) => line === "stderr /data")).toHaveLength(2);
  });

  test("a stop sticks, also with any number of restarts", async () => {
    await using scene = await openScene({});
    const text = '[{ "id": "w", "command": "sleep", "args": ["60"], "cwd": ".", "maxRetries": -1, "backoff": "10ms" }]';
    const worker = scene.take(importText(text, { directory: scene.path }));
    await worker.start();
    const first = worker.pid;
    await worker.kill();
    await worker.start();
    expect(worker.pid).not.toBe(first);
    const { survivors } = await worker.stopAndWait();
    expect(survivors).toEqual([]);
    expect(worker.status).toMatchObject({ desired: "down", supervision: { kind: "watching" } });
  });
});

describe("the proxy", () => {
  // A shell: it starts in no time. Its check is answered below, by a server that is up before it is asked.
  const server = `#!/bin/sh
trap 'echo bye; exit 0' TERM
echo listening
while :; do sleep 1 & wait $!; done
`;

  test("the example server writes its log and PID file, and is restarted when its check fails", async () => {
    let status = 200;
    const checked = createServer((request, answer) => {
      answer.writeHead(request.url === "/health" ? status : 404).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void checked.close());
    await once(checked, "listening");
    const { port } = checked.address() as AddressInfo;
    await using scene = await openScene({ "bin/api": server });
    const yaml = `processes:
  example-server-1:
    name: "Example Server 1"
    command: api
    env: { PORT: ${port} }
    pidFile: ./pids/example-server-1.pid
    logFile: ./logs/example-server-1.log
    restartPolicy: { maxAttempts: 3, delay: 50 }
    healthCheck: { enabled: true, url: "http://127.0.0.1:${port}/health", interval: 100, timeout: 2000 }
`;
    const log = () => readFileSync(join(scene.path, "logs/example-server-1.log"), "utf8");
    const says = (words: RegExp) => vi.waitFor(() => expect(log()).toMatch(words), { timeout: 20_000 });
    const api = scene.take(importText(yaml, { cwd: scene.path }));
    await api.start();
    await statusOf(api, ({ health }) => health === "healthy");
    const first = api.pid;
    expect(readFileSync(join(scene.path, "pids/example-server-1.pid"), "utf8").trim()).toBe(String(first));
    await says(/^listening\n$/);
    status = 503;
    await statusOf(api, ({ restarts }) => restarts >= 1);
    status = 200;
    await statusOf(api, ({ health, pid }) => health === "healthy" && pid !== first);
    await says(/bye\nlistening\n$/);
    await api.stopAndWait();
    expect(log()).toMatch(/listening[\s\S]*bye\n$/);
    expect(existsSync(join(scene.path, "pids/example-server-1.pid"))).toBe(false);
  });

  test("a process that always exits gives up after maxAttempts, with the same delay each time", async () => {
    await using scene = await openScene({});
    const yaml =
      "processes:\n  b:\n    command: 'true'\n    args: []\n    restartPolicy: { maxAttempts: 2, delay: 30 }\n";
    const subject = scene.take(importText(yaml, { cwd: scene.path }));
    await subject.start().catch(() => undefined);
    const { restarts, supervision } = await statusOf(subject, (status) => status.supervision.kind === "gave-up");
    expect(restarts).toBe(2);
    expect(supervision).toMatchObject({ kind: "gave-up" });
    expect(subject.template.restart.backoff).toMatchObject({ initialMs: 30, maxMs: 30 });
  });
});

describe("tuix", () => {
  const bun = `#!/bin/sh
if [ "$1" = -e ]; then exec node --input-type=module "$@"; fi
echo "$1 $2 $PORT"; echo "Worker ready"; exec sleep 60
`;

  test("a command line is split, its pattern and its script are asked", async () => {
    await using scene = await openScene({ "bin/bun": bun });
    const script = "const fs = await import('node:fs'); process.exit(fs.existsSync('.') ? 0 : 1)";
    const checks = [
      { type: "output", outputPattern: /Worker ready/, interval: 50, startPeriod: 20_000 },
      { type: "script", script, interval: 50, timeout: 20_000 },
    ];
    for (const [index, healthCheck] of checks.entries()) {
      const config = { name: `w${index}`, command: "bun run worker.ts", env: { PORT: "$3000" }, healthCheck };
      const worker = scene.take(importValue(config, { format: "tuix", cwd: scene.path }));
      await worker.start();
      expect((await statusOf(worker, ({ health }) => health !== "unknown" && health !== "starting")).health).toBe(
        "healthy",
      );
      expect(await linesOf(worker, 2)).toContain("stdout run worker.ts $3000");
      await worker.stopAndWait();
    }
  });

  test("a crash is restarted up to maxRestarts, a clean exit is not", async () => {
    await using scene = await openScene({});
    const take = (name: string, command: string) => {
      const config = { name, command, autorestart: true, restartDelay: 10, maxRestarts: 2 };
      return scene.take(importValue(config, { format: "tuix", cwd: scene.path }));
    };
    const crashing = take("crash", "sh -c 'sleep 0.1; exit 3'");
    await crashing.start();
    expect((await statusOf(crashing, ({ supervision }) => supervision.kind === "gave-up")).restarts).toBe(2);
    const clean = take("clean", "sleep 0.1");
    await clean.start();
    expect((await statusOf(clean, ({ lifecycle }) => lifecycle === "exited")).restarts).toBe(0);
  });
});

describe("cn-infra", () => {
  test("a template is started with its arguments; restart 1 restarts once", async () => {
    await using scene = await openScene({ plugin: '#!/bin/sh\necho "$@" >> seen\nexit 1\n' });
    const text = JSON.stringify({
      name: "p",
      cmd: "./plugin",
      p_options: { args: ["-max-uptime=1", "a b"], restart: 1 },
    });
    const plugin = scene.take(importText(text, { cwd: scene.path }));
    await plugin.start();
    await statusOf(plugin, ({ supervision }) => supervision.kind === "gave-up");
    expect(readFileSync(join(scene.path, "seen"), "utf8")).toBe("-max-uptime=1 a b\n-max-uptime=1 a b\n");
  });

  test("without restarts nothing comes back", async () => {
    await using scene = await openScene({});
    const plugin = scene.take(importText('{"name":"p","cmd":"/bin/false"}', { cwd: scene.path }));
    await plugin.start();
    expect(await statusOf(plugin, ({ lifecycle }) => lifecycle === "exited")).toMatchObject({ restarts: 0 });
  });
});

describe("Ally", () => {
  const daemon = `
const server = require("node:net").createServer((socket) => socket.end()).listen(process.env.SOCKET_PATH);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

  test("the daemon of a plugin is ready when it listens at SOCKET_PATH, with its PID file beside", async () => {
    await using scene = await openScene({ "plugin/daemon.js": daemon, "envs/daemon.txt": "" });
    const config = {
      pluginName: "search-plugin",
      pluginPath: join(scene.path, "plugin"),
      command: process.execPath,
      args: ["daemon.js"],
      socketPath: join(scene.path, "envs/daemon.sock"),
      startupTimeout: 30_000,
      shutdownGracePeriod: 5000,
      healthcheck: { interval: 50, timeout: 5000, retries: 3 },
    };
    const subject = scene.take(importValue(config, { format: "ally" }));
    await subject.start();
    expect(readFileSync(join(scene.path, "envs/daemon.pid"), "utf8").trim()).toBe(String(subject.pid));
    await statusOf(subject, ({ health }) => health === "healthy");
    const { exit } = await subject.stopAndWait();
    expect(exit).toMatchObject({ code: 0 });
    expect(existsSync(join(scene.path, "envs/daemon.pid"))).toBe(false);
  });

  test("one that never listens is stopped after startupTimeout, one that ends is told at once", async () => {
    await using scene = await openScene({});
    const config = (command: string, args: readonly string[], startupTimeout: number) => ({
      ...{ pluginName: command, pluginPath: scene.path, command, args },
      socketPath: join(scene.path, "daemon.sock"),
      ...{ startupTimeout, shutdownGracePeriod: 1000 },
    });
    const mute = scene.take(importValue(config("sleep", ["60"], 300), { format: "ally" }));
    await expect(mute.start()).rejects.toMatchObject({ code: "START_TIMEOUT" });
    const broken = scene.take(importValue(config("false", [], 25_000), { format: "ally" }));
    await expect(broken.start()).rejects.toMatchObject({ code: "SPAWN_FAILED" });
  });
});

describe("PM2", () => {
  test("apps get their arguments and numbers, and are restarted with growing delays until max_restarts", async () => {
    await using scene = await openScene({
      "app.js": 'console.log(process.argv.slice(2).join("|"), process.env.MODE);',
    });
    const app = { name: "api", script: "./app.js", args: "-a 'b c'", env: { MODE: "x" } };
    const policy = { max_restarts: 3, exp_backoff_restart_delay: 10, min_uptime: 10_000 };
    const text = JSON.stringify({ apps: [{ ...app, ...policy }] });
    const subject = scene.take(importText(text, { directory: scene.path }));
    await subject.start();
    expect((await statusOf(subject, ({ supervision }) => supervision.kind === "gave-up")).restarts).toBe(2);
    expect(await linesOf(subject, 3)).toEqual(Array.from({ length: 3 }, () => "stdout -a|b c x"));
  });

  test("a program on PATH is stopped with SIGINT, and not restarted without autorestart", async () => {
    const wait = "#!/bin/sh\ntrap 'echo interrupted; exit 0' INT\necho up\nwhile :; do sleep 1 & wait $!; done\n";
    await using scene = await openScene({ "bin/waiter": wait });
    const text = JSON.stringify({ apps: [{ name: "w", script: "waiter", autorestart: false }] });
    const subject = scene.take(importText(text, { directory: scene.path }));
    await subject.start();
    await linesOf(subject, 1);
    expect((await subject.stopAndWait()).survivors).toEqual([]);
    expect(await linesOf(subject, 2)).toContain("stdout interrupted");
  });
});
