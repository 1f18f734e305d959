import { describe, expect, test } from "vitest";
import { importText, importValue } from "../../src/formats/import-text.js";
import { evaluate, examplesOf } from "./documents.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (value: object, options: object = {}) =>
  importText(JSON.stringify(value), { ...places, ...options, format: "ally" });

const timeouts = {
  BACKGROUND_PROCESS_STARTUP: 30_000,
  BACKGROUND_PROCESS_SHUTDOWN_GRACE_PERIOD: 5000,
  BACKGROUND_PROCESS_HEALTH_CHECK_INTERVAL: 30_000,
  BACKGROUND_PROCESS_HEALTH_CHECK_TIMEOUT: 5000,
  BACKGROUND_PROCESS_MAX_HEALTH_CHECK_FAILURES: 3,
};

async function configsOf(code: string): Promise<readonly unknown[]> {
  const configs: unknown[] = [];
  class Manager {
    startProcess = (config: unknown) => void configs.push(config);
    stopProcess = () => undefined;
  }
  await evaluate(code, {
    BackgroundProcessManager: Manager,
    PluginEnvironmentManager: class {
      getPythonPath = () => "/venv/python";
    },
    ...(!code.includes("const manager =") && { manager: new Manager() }),
    PLUGIN_ENVS_DIR: "/envs",
    PLUGIN_TIMEOUTS: timeouts,
    join: (...parts: string[]) => parts.join("/"),
    pythonPath: "/venv/python",
    process: { env: { API_KEY: "a$$b" } },
  });
  return configs;
}

describe("every process of the documentation", () => {
  const examples = examplesOf("ally").filter(({ code }) => /^await manager\.startProcess\(\{/m.test(code));

  test.each(examples.map(({ code }) => [code]))("%s", async (code) => {
    const configs = await configsOf(code);
    expect(configs).toHaveLength(1);
    const imported = importValue(configs[0], { ...places, format: "ally" });
    expect(errorsOf(imported)).toEqual([]);
    expect(lossesOf(imported)).toEqual([]);
    expect(namesOf(imported)).toHaveLength(1);
  });
});

test("the search plugin means what its page says", async () => {
  const [example] = examplesOf("ally").filter(({ code }) => code.includes("command: '/path/to/python'"));
  const [config] = await configsOf(example?.code ?? "");
  expect(importValue(config, { ...places, format: "ally" }).templates[0]).toMatchObject({
    name: "search-plugin",
    program: { kind: "command", command: "/path/to/python" },
    args: ["daemon.py"],
    cwd: "/path/to/plugin",
    startTimeoutMs: 30_000,
    stop: { signal: "SIGTERM", gracePeriodMs: 5000 },
    restart: { mode: "ALWAYS", maxRestarts: 3, backoff: { initialMs: 5000, multiplier: 2 } },
    readiness: { check: { kind: "unix", path: "/path/to/daemon.sock" } },
    liveness: {
      check: { kind: "unix", path: "/path/to/daemon.sock" },
      intervalMs: 30_000,
      timeoutMs: 5000,
      failureThreshold: 3,
    },
    pidFile: "/path/to/daemon.pid",
  });
});

test("without healthcheck a running process is not asked; times left out are the documented ones", () => {
  const { templates } = read({ pluginName: "a", socketPath: "/s/daemon.sock", command: "x" });
  expect(templates[0]).toMatchObject({
    liveness: undefined,
    readiness: { check: { kind: "unix" } },
    startTimeoutMs: 30_000,
    stop: { gracePeriodMs: 5000 },
  });
});

describe("a manifest", () => {
  const manifest = examplesOf("ally").find(({ language }) => language === "json")?.code ?? "";
  const python = "/home/me/.ally/plugin-envs/search-plugin/bin/python3";

  test("of the documentation, with the Python of the plugin's environment", () => {
    const imported = importText(manifest, { ...places, exists: (path) => path === python });
    expect(imported.format).toBe("ally");
    expect(lossesOf(imported)).toEqual([]);
    expect(imported.templates[0]).toMatchObject({
      name: "search-plugin",
      labels: { version: "1.0.0", runtime: "python3" },
      program: { command: python },
      args: ["daemon.py"],
      cwd: "/host/data",
      pidFile: "/home/me/.ally/plugin-envs/search-plugin/daemon.pid",
      readiness: { check: { path: "/home/me/.ally/plugin-envs/search-plugin/daemon.sock" } },
      liveness: { intervalMs: 30_000, timeoutMs: 5000, failureThreshold: 3 },
    });
  });

  test("without that environment takes the Python on PATH, and says so", () => {
    expect(lossesOf(importText(manifest, places))).toEqual([
      `approximated daemon.command: there is no ${python}: that on PATH`,
    ]);
  });

  test("with the block background", () => {
    const background = {
      enabled: false,
      command: "x",
      communication: { type: "socket", path: "/s/own.sock" },
      events: ["turn"],
      startup_timeout: 100,
      shutdown_grace_period: 200,
    };
    const imported = read({ name: "p", background });
    expect(imported.templates[0]).toMatchObject({
      enabled: false,
      startTimeoutMs: 100,
      stop: { gracePeriodMs: 200 },
      readiness: { check: { path: "/s/own.sock" } },
    });
    expect(lossesOf(imported)).toEqual(["dropped background.events: drover sends no events to processes"]);
  });
});

test("mistakes are told with their places", () => {
  const text = `{ "pluginName": "a",\n  "command": "x", "socketPath": "/${"x".repeat(120)}",\n  "args": "daemon.py" }`;
  expect(errorsOf(importText(text, places))).toEqual([
    "f:2:33: socketPath: the path is 121 bytes long; expected at most 104, the limit of Unix sockets",
    'f:3:11: args: is the text "daemon.py"; expected a list of texts',
  ]);
  expect(errorsOf(read({ pluginName: "a", command: "x" }))).toEqual([
    "f:1:1: has no socketPath; expected the path of a Unix socket",
  ]);
});
