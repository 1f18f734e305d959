import { describe, expect, test } from "vitest";
import { importText, importValue } from "../../src/formats/import-text.js";
import { examplesOf } from "./documents.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (value: unknown) => importValue(value, { ...places, format: "tuix" });
function one(fields: object) {
  const imported = read({ name: "a", command: "x", ...fields });
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0];
}

const program = { ...places, file: "processes.ts" };

describe("every program of the documentation", () => {
  const examples = examplesOf("tuix").filter(({ language }) => language === "typescript");
  const withProcess = examples.filter(({ code }) => /^\s*command: '/m.test(code));
  const without = examples.filter((example) => !withProcess.includes(example));

  test.each(withProcess.map(({ code }) => [code]))("%s", (code) => {
    const imported = importText(code, program);
    expect(imported.format).toBe("tuix");
    expect(errorsOf(imported)).toEqual([]);
    expect(namesOf(imported)).toEqual([...code.matchAll(/^\s*name: '([\w-]+)',$/gm)].map(([, name]) => name));
    expect(lossesOf(imported).filter((loss) => loss.startsWith("dropped"))).toEqual([]);
  });

  test("names all of them", () => {
    expect([withProcess.length, without.length]).toEqual([9, 4]);
  });

  test.each(without.map(({ code }) => [code]))("no process is in %s", (code) => {
    const imported = importText(code, program);
    const isPlugin = code.includes("ProcessManagerPlugin(");
    expect(namesOf(imported)).toEqual([]);
    expect(imported.includes).toEqual(isPlugin ? ["processes.json"] : []);
    expect(errorsOf(imported)).toEqual(
      isPlugin ? [] : [expect.stringMatching(/^processes\.ts: has no process in it; expected /)],
    );
  });
});

test("the web server of the documentation means what its page says", () => {
  const web = examplesOf("tuix").find(({ code }) => code.includes("512MB limit"));
  expect(importText(web?.code ?? "", program).templates[0]).toMatchObject({
    name: "web-server",
    program: { kind: "command", command: "bun" },
    args: ["run", "server.ts"],
    cwd: "/host",
    runOnStartup: true,
    restart: { mode: "ON_FAILURE", maxRestarts: 10, backoff: { initialMs: 2000, multiplier: 2, maxMs: 30_000 } },
    watch: { paths: ["src/**/*.ts", "public/**/*"], ignore: ["logs/**", "tmp/**"], debounceMs: 1000 },
    limits: { maxMemoryBytes: 512 * 1024 * 1024, action: "RESTART" },
    liveness: {
      check: { kind: "http", url: "http://localhost:3000/health", method: "GET" },
      intervalMs: 30_000,
      timeoutMs: 5000,
      failureThreshold: 3,
    },
    logs: { stdout: "/host/logs/server.log", stderr: "/host/logs/server.error.log" },
  });
});

test("what is left out", () => {
  expect(one({})).toMatchObject({
    runOnStartup: true,
    restart: { mode: "NEVER", maxRestarts: 5, backoff: { initialMs: 1000 } },
    watch: undefined,
    liveness: undefined,
    limits: undefined,
    group: "",
  });
  expect(one({ healthCheck: { type: "tcp", port: 1 } })?.liveness).toMatchObject({
    intervalMs: 30_000,
    timeoutMs: 5000,
    failureThreshold: 3,
    startPeriodMs: 0,
  });
  expect(one({ maxRestarts: 0 })?.restart.maxRestarts).toBe(0);
});

test("the manager's settings are for processes that say nothing", () => {
  const processes = [
    { name: "a", command: "x" },
    { name: "b", command: "x", autorestart: false, maxRestarts: 1 },
  ];
  const { templates } = read({ processManager: { autoRestart: true, maxRestarts: 9, tuixDir: ".t", processes } });
  expect(templates.map(({ restart }) => [restart.mode, restart.maxRestarts])).toEqual([
    ["ON_FAILURE", 9],
    ["NEVER", 1],
  ]);
});

test("a command line without args is split into words, or run by a shell when it says more", () => {
  expect(one({ command: "bun run 'my server.ts' --port=3000" })).toMatchObject({
    program: { command: "bun", shell: false },
    args: ["run", "my server.ts", "--port=3000"],
  });
  expect(one({ command: "a | b > c" })?.program).toEqual({ kind: "command", command: "a | b > c", shell: true });
  expect(one({ command: "my program", args: ["x y"] })).toMatchObject({
    program: { command: "my program", shell: false },
    args: ["x y"],
  });
  expect(one({ command: "w.py", interpreter: "python" })?.program).toEqual({
    kind: "script",
    script: "w.py",
    interpreter: "python3",
  });
  expect(errorsOf(read({ name: "a", command: "echo 'open" }))[0]).toContain(
    "the quote ' at character 6 is never closed",
  );
});

test("four types of checks", () => {
  const check = (healthCheck: object) => one({ healthCheck })?.liveness?.check;
  expect(check({ type: "output", outputPattern: /ready in \d+/gi })).toEqual({
    kind: "output",
    pattern: "ready in \\d+",
    flags: "i",
  });
  expect(check({ type: "output", outputPattern: "up" })).toEqual({ kind: "output", pattern: "up", flags: "" });
  expect(check({ type: "http", url: "http://h/", method: "HEAD", expectedStatus: [200, 404] })).toEqual({
    kind: "http",
    url: "http://h/",
    method: "HEAD",
    expectedStatus: [200, 404],
  });
  expect(check({ type: "tcp", host: "h", port: 5 })).toEqual({ kind: "tcp", host: "h", port: 5 });
  expect(check({ type: "script", script: "process.exit(0)" })).toMatchObject({
    kind: "exec",
    command: "node",
    args: ["--input-type=module", "-e", "process.exit(0)"],
  });
  expect(one({ command: "bun run a", healthCheck: { type: "script", script: "s" } })?.liveness?.check).toMatchObject({
    command: "bun",
    args: ["-e", "s"],
  });
  const mixed = read({ name: "a", command: "x", healthCheck: { type: "tcp", port: 1, url: "http://h" } });
  expect(lossesOf(mixed)).toEqual(["dropped healthCheck.url: it has no effect on a check of the type tcp"]);
  expect(errorsOf(read({ name: "a", command: "x", healthCheck: { type: "udp" } }))[0]).toContain(
    'healthCheck.type: unknown type "udp"; expected one of output, http, tcp, script',
  );
});

test("processes.json: a list, a map by name, and mistakes with their places", () => {
  const list = '{ "processes": [{ "name": "a", "command": "x", "autostart": false }] }';
  expect(namesOf(importText(list, places))).toEqual(["a"]);
  const text = `{
  "processes": {
    "good": { "command": "x", "autorestart": true },
    "bad": { "command": "x", "autorestart": "yes", "maxCpu": "high" }
  }
}`;
  const imported = importText(text, { ...places, format: "tuix" });
  expect(namesOf(imported)).toEqual(["good"]);
  expect(errorsOf(imported)).toEqual([
    'f:4:45: processes.bad.autorestart: is the text "yes"; expected true or false',
    'f:4:62: processes.bad.maxCpu: is the text "high"; expected a number',
  ]);
});

test("values are taken byte by byte: nothing in env or args is expanded", () => {
  const value = "$HOME ${HOME} $$ `x` \\ ' \"";
  const template = one({ args: [value], env: { A: value } });
  expect(template?.args).toEqual([value]);
  expect(template?.env).toEqual({ A: value.replaceAll("$", "$$$$") });
});
