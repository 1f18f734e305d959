import { describe, expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { examplesOf } from "./documents.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (value: object, options: object = {}) =>
  importText(JSON.stringify(value), { ...places, ...options, format: "ally" });

const program = { ...places, file: "plugin.ts" };

describe("every program of the documentation", () => {
  const examples = examplesOf("ally").filter(({ language }) => language === "typescript");
  const withProcess = examples.filter(({ code }) => /^await manager\.startProcess\(\{/m.test(code));

  test.each(withProcess.map(({ code }) => [code]))("%s", (code) => {
    const imported = importText(code, program);
    expect(imported.format).toBe("ally");
    expect(errorsOf(imported)).toEqual([]);
    expect(namesOf(imported)).toHaveLength(1);
    const path = "/home/me/.ally/plugin-envs/api-server/bin/python3";
    const absent = "API_KEY: empty when there is no API_KEY, in place of absent";
    expect(lossesOf(imported)).toEqual(
      code.includes("envVars") ? [`approximated command: taken for ${path}`, `approximated envVars: ${absent}`] : [],
    );
  });

  test("its own constants and functions have the values of its pages", () => {
    const basic = withProcess.find(({ code }) => code.includes("PLUGIN_TIMEOUTS"))?.code ?? "";
    expect(importText(basic, program).templates[0]).toMatchObject({
      name: "search-plugin",
      program: { command: "/home/me/.ally/plugin-envs/search-plugin/bin/python3" },
      cwd: "/Users/user/.ally/plugins/search-plugin",
      readiness: { check: { path: "/home/me/.ally/plugin-envs/search-plugin/daemon.sock" } },
      startTimeoutMs: 30_000,
      stop: { gracePeriodMs: 5000 },
      liveness: { intervalMs: 30_000, timeoutMs: 5000, failureThreshold: 3 },
    });
  });

  test("the others are answered with what is missing in them", () => {
    const others = examples.filter((example) => !withProcess.includes(example));
    const answers = others.map(({ code }) => errorsOf(importText(code, program)));
    expect(answers.filter((errors) => errors.length !== 1)).toHaveLength(1); // PluginLoader starts what it is given
    const words = /has no process in it|cannot be read as a program|only running the program would tell/;
    for (const error of answers.flat()) expect(error).toMatch(words);
  });
});

test("the search plugin means what its page says", () => {
  const [example] = examplesOf("ally").filter(({ code }) => code.includes("command: '/path/to/python'"));
  expect(importText(example?.code ?? "", program).templates[0]).toMatchObject({
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
