import { describe, expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { expandEnv } from "../../src/template/expand-env.js";
import { examplesOf } from "./documents.js";
import { errorsOf, lossesOf, namesOf, onlyTemplate, places } from "./told.js";

const yaml = (fields: string) => `processes:\n  a:\n    command: x\n${fields.replace(/^/gm, "    ")}\n`;
const one = (fields: string) => onlyTemplate(yaml(fields), { format: "proxy" });
const read = (fields: string) => importText(yaml(fields), { ...places, format: "proxy" });

describe("every file of the documentation", () => {
  const files = examplesOf("proxy").filter(({ language }) => language === "yaml");

  test.each(files.map(({ code }) => [code]))("%s", (code) => {
    const imported = importText(code, places);
    expect(imported.format).toBe("proxy");
    expect(errorsOf(imported)).toEqual([]);
    expect(namesOf(imported)).toHaveLength(code.match(/^ *command:/gm)?.length ?? 0);
  });
});

test("the documentation's servers mean what its tables say", () => {
  const [{ code } = { code: "" }] = examplesOf("proxy");
  const { templates } = importText(code, places);
  expect(templates[0]).toMatchObject({
    name: "example-server-1",
    title: "Example Server 1",
    description: "First example application server",
    enabled: true,
    runOnStartup: true,
    program: { kind: "command", command: "node", shell: false },
    args: ["index.ts", "--config", "/path/to/example-config-1"],
    cwd: "/path/to/example-app-1",
    env: { NODE_ENV: "production", PORT: "3001" },
    restart: { mode: "ALWAYS", maxRestarts: 3, backoff: { initialMs: 5000, multiplier: 1, maxMs: 5000 } },
    stop: { signal: "SIGTERM", gracePeriodMs: 5000 },
    liveness: {
      check: { kind: "http", url: "http://localhost:3001/health" },
      intervalMs: 30_000,
      timeoutMs: 5000,
      failureThreshold: 3,
    },
    pidFile: "/host/pids/example-server-1.pid",
    logs: {
      stdout: "/host/logs/example-server-1.log",
      stderr: "/host/logs/example-server-1.log",
      echo: true,
      stdoutLevel: "INFO",
      stderrLevel: "WARN",
    },
  });
});

test("what is left out means what the tables say", () => {
  const { enabled, cwd, restart, liveness, pidFile, logs, schedule, env } = one("description: d");
  expect({ enabled, cwd, liveness, pidFile, schedule, env }).toEqual({
    enabled: true,
    cwd: "/host",
    liveness: undefined,
    pidFile: "/host/pids/a.pid",
    schedule: undefined,
    env: {},
  });
  expect(restart).toMatchObject({ mode: "ALWAYS", maxRestarts: 3, backoff: { initialMs: 5000, maxMs: 5000 } });
  expect(logs.stdout).toBe("/host/logs/a.log");
});

test("a check without its times has those of the table", () => {
  const { liveness } = one("healthCheck: { enabled: true, url: 'http://localhost:1/h' }");
  expect(liveness).toMatchObject({ intervalMs: 30_000, timeoutMs: 5000, failureThreshold: 3 });
});

test("the other spelling means the same", () => {
  const template = one(
    [
      "restartOnExit: true",
      "restartDelay: 250",
      "maxRestarts: 7",
      "pidDir: run",
      "cleanupPidOnExit: true",
      "env: { PORT: 3001 }",
      "healthCheck: { enabled: true, path: /up, retries: 5 }",
    ].join("\n"),
  );
  expect(template).toMatchObject({
    restart: { mode: "ALWAYS", maxRestarts: 7, backoff: { initialMs: 250, maxMs: 250 } },
    pidFile: "/host/run/a.pid",
    liveness: { check: { url: "http://localhost:3001/up" }, failureThreshold: 5 },
  });
  expect(one("restartOnExit: false").restart.mode).toBe("NEVER");
  expect(lossesOf(read("maxRestarts: 7\nrestartPolicy: { maxAttempts: 2 }"))).toEqual([
    "dropped processes.a.maxRestarts: restartPolicy.maxAttempts is given, and wins",
  ]);
});

test("variables: numbers without quotes, defaults, the process' own names, and what stays as it is", () => {
  const { env, missingEnv } = one(
    'name: A Name\nenv: { A: 3001, B: true, C: "${X:-y}", D: "${PROCESS_ID} ${PROCESS_NAME}", E: "${NONE}", F: "$X" }',
  );
  expect(missingEnv).toBe("KEEP");
  expect(env).toEqual({ A: "3001", B: "true", C: "${X:-y}", D: "a A Name", E: "${NONE}", F: "$X" });
});

test("what the proxy makes for each start is told, and what it leaves alone stays so", () => {
  const imported = read('env: { A: "${TIMESTAMP}-${RANDOM}", B: "${PID} $${PROCESS_ID} $$", C: "${TIMESTAMP:-none}" }');
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual([
    "approximated processes.a.env: drover makes no ${TIMESTAMP} or ${RANDOM}: it is looked up in the environment, and stays as it is written when it is not there",
  ]);
  const env = imported.templates[0]?.env ?? {};
  expect(expandEnv(env, { PID: "1", RANDOM: "4" }, "KEEP").env).toEqual({
    A: "${TIMESTAMP}-4",
    B: "${PID} $a $$",
    C: "none",
  });
  expect(lossesOf(read('env: { B: "${PID}" }'))).toEqual([]);
});

test("required variables come from both places", () => {
  expect(one("requiredEnv: [A]\nenvValidation: { required: [B, A], optional: [C] }").requiredEnv).toEqual(["A", "B"]);
  const lenient = read("envValidation: { required: [B], failOnMissing: false }");
  expect(lenient.templates[0]?.requiredEnv).toEqual([]);
  expect(lossesOf(lenient)).toEqual([
    "dropped processes.a.envValidation.failOnMissing: required variables are not required then",
  ]);
});

test("a schedule is a job", () => {
  const schedule =
    "schedule: { enabled: true, cron: '0 3 * * *', timezone: Europe/Vienna, maxDuration: 60000, autoStop: true";
  expect(one(`${schedule}, skipIfRunning: false }`).schedule).toEqual({
    cron: "0 3 * * *",
    timezone: "Europe/Vienna",
    overlap: "REPLACE",
    maxDurationMs: 60_000,
  });
  expect(one("schedule: { enabled: false, cron: '0 3 * * *' }").schedule).toBeUndefined();
});

test("a check whose address nobody knows is an error, not a check of something else", () => {
  expect(errorsOf(read("healthCheck: { enabled: true, path: /health }"))).toEqual([
    "f:4:18: processes.a.healthCheck: the address of the check is not known; write the whole address into healthCheck.url, or PORT into env",
  ]);
});

test("each mistake is told with its place, and the good processes are there", () => {
  const text = `processes:
  good:
    command: x
  bad:
    command: x
    args: -v
    restartPolicy: 5
    healthCheck: { interval: soon }
  none:
settings: { x: 1 }
`;
  const imported = importText(text, { ...places, format: "proxy" });
  expect(namesOf(imported)).toEqual(["good"]);
  expect(errorsOf(imported)).toEqual([
    'f:6:11: processes.bad.args: is the text "-v"; expected a list of texts',
    "f:7:20: processes.bad.restartPolicy: is the number 5; expected an object",
    'f:8:30: processes.bad.healthCheck.interval: is the text "soon"; expected a number of milliseconds',
    "f:9:8: processes.none: is null; expected an object",
  ]);
  expect(lossesOf(imported)).toEqual([
    "dropped settings: settings for all processes are not read; write them into each",
  ]);
});
