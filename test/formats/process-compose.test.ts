import { expect, test } from "vitest";
import { type ImportOptions, importText } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, namesOf, onlyTemplate, places } from "./told.js";

const text = `version: "0.5"
environment:
  - "LOG=info"
log_level: debug
processes:
  api:
    description: the api
    command: ./api --port 8080 'a b'
    working_dir: srv
    environment: ["PORT=8080", "URL=http://\${HOST}:$PORT/$$x"]
    env_file: [.env]
    replicas: 2
    namespace: web
    log_location: ./api.log
    depends_on:
      db: { condition: process_healthy }
      migrate: { condition: process_completed_successfully }
      cache: { condition: process_started }
    availability: { restart: always, backoff_seconds: 2, max_restarts: 5 }
    liveness_probe:
      http_get: { host: localhost, scheme: https, path: /health, port: 8080, status_code: 204 }
      initial_delay_seconds: 5
      period_seconds: 20
      timeout_seconds: 3
      failure_threshold: 4
    shutdown: { command: "./drain $$PID", signal: 2, timeout_seconds: 7 }
  db:
    command: exec postgres -D "$$DATA" | tee log
    ready_log_line: "ready (to accept)"
  migrate: { command: "./migrate", disabled: true }
  cache:
    command: redis
    readiness_probe: { exec: { command: "redis-cli ping" } }
`;

test("a file with everything", () => {
  const imported = importText(text, places);
  expect(imported.format).toBe("process-compose");
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual(["dropped log_level: it is about process-compose's own log"]);
  const [api, db, migrate, cache] = imported.templates;
  expect(api).toMatchObject({
    ...{ name: "api", description: "the api", cwd: "/host/data/srv", instances: 2, group: "web", runOnStartup: true },
    program: { kind: "command", command: "./api", shell: false },
    args: ["--port", "8080", "a b"],
    env: { LOG: "info", PORT: "8080", URL: "http://${HOST}:${PORT}/$$x" },
    ...{ envFiles: [".env"], missingEnv: "EMPTY" },
    restart: { mode: "ALWAYS", maxRestarts: 5, backoff: { initialMs: 2000, maxMs: 2000, multiplier: 1 } },
    dependsOn: [
      { name: "db", condition: "READY" },
      { name: "migrate", condition: "SUCCEEDED" },
      { name: "cache", condition: "STARTED" },
    ],
    liveness: {
      check: { kind: "http", url: "https://localhost:8080/health", expectedStatus: [204] },
      ...{ startPeriodMs: 5000, intervalMs: 20_000, timeoutMs: 3000, failureThreshold: 4, successThreshold: 1 },
    },
    stop: { signal: "SIGINT", gracePeriodMs: 7000, command: ["bash", "-c", "./drain $PID"] },
    logs: { stdout: "./api.log", stderr: "./api.log" },
  });
  expect(db).toMatchObject({
    program: { command: "bash", shell: false },
    args: ["-c", 'exec postgres -D "$DATA" | tee log'],
    readiness: { check: { kind: "output", pattern: "ready \\(to accept\\)" } },
  });
  expect(migrate?.enabled).toBe(false);
  expect(cache).toMatchObject({
    readiness: {
      check: { kind: "exec", command: "bash", args: ["-c", "redis-cli ping"] },
      ...{ intervalMs: 10_000, timeoutMs: 1000, failureThreshold: 3 },
    },
    restart: { mode: "NEVER", maxRestarts: "unlimited", backoff: { initialMs: 1000 } },
    stop: { signal: "SIGTERM", gracePeriodMs: 10_000 },
    startTimeoutMs: 24 * 3_600_000,
  });
});

test("a flag that is off, and no number of replicas, mean what is so anyway", () => {
  const flags = ["is_daemon", "is_foreground", "is_tty", "is_elevated", "is_interactive", "truncate_log"];
  const process = { command: "x", replicas: 0, ...Object.fromEntries(flags.map((flag) => [flag, false])) };
  const imported = importText(JSON.stringify({ version: "0.5", processes: { a: process } }), places);
  expect([errorsOf(imported), lossesOf(imported), imported.templates[0]?.instances]).toEqual([[], [], 1]);
});

test("a probe without a check is told in the words of its system", () => {
  const probe = { period_seconds: 2 };
  const processes = { a: { command: "x", readiness_probe: probe }, b: { command: "x", liveness_probe: probe } };
  const document = JSON.stringify({ version: "0.5", processes }, null, 1);
  expect(errorsOf(importText(document, places))).toEqual([
    "f:6:23: processes.a.readiness_probe: has no check; expected readiness_probe.exec or readiness_probe.http_get",
    "f:12:22: processes.b.liveness_probe: has no check; expected liveness_probe.exec or liveness_probe.http_get",
  ]);
});

test("mistakes have their places, and the good processes are there", () => {
  const wrong = `processes:
  good: { command: x, working_dir: . }
  bad:
    command: "echo 'open"
    environment: 5
    depends_on: { good: { condition: process_ready } }
    availability: { restart: sometimes }
    is_tty: true
  worse: { command: x, watch: { paths: [{ include: [a] }] }, replicas: { toString: 1 } }
`;
  const imported = importText(wrong, places);
  expect(namesOf(imported)).toEqual(["good"]);
  expect(errorsOf(imported)).toEqual([
    "f:4:14: processes.bad.command: the quote ' at character 6 is never closed; expected a command line",
    "f:5:18: processes.bad.environment: is the number 5; expected NAME=value lines, or a map",
    'f:6:38: processes.bad.depends_on.good.condition: unknown condition "process_ready"; expected one of process_started, process_healthy, process_log_ready, process_completed, process_completed_successfully',
    'f:7:30: processes.bad.availability.restart: unknown word "sometimes"; expected no, on_failure or always',
    "f:9:40: processes.worse.watch.paths: is no list of paths; expected a list of `path`, `include` and `exclude`",
    "f:9:72: processes.worse.replicas: is an object; expected a whole number",
  ]);
  expect(lossesOf(imported)).toEqual(["dropped processes.bad.is_tty: drover gives a terminal to no process"]);
});

const one = (process: object, { document = {}, ...options }: { document?: object } & ImportOptions = {}) =>
  onlyTemplate(
    JSON.stringify({ version: "0.5", processes: { a: { command: "x", ...process } }, ...document }),
    options,
  );

test("references are filled in before a field is read; bash looks up those of its lines", () => {
  const readFile = (path: string) => (path === "/host/data/.env" ? "DIR=sub\nN=3\n" : undefined);
  const options = { readFile, exists: (path: string) => path === "/host/data/.env", env: { DIR: "host", PORT: "80" } };
  const process = {
    command: "serve ${DIR} $$HOME",
    working_dir: "${DIR}/x",
    environment: ["A=${PORT:-1}", "B=$$x", "C=$PORT!"],
    env_file: "more.env",
    availability: { max_restarts: "${N}" },
    readiness_probe: { http_get: { port: "${PORT}" } },
  };
  const template = one(process, options);
  expect(template).toMatchObject({
    ...{ program: { command: "bash" }, args: ["-c", "serve ${DIR} $HOME"], cwd: "/host/data/sub/x" },
    ...{ env: { A: "${PORT:-1}", B: "$x", C: "${PORT}!" }, envFiles: ["/host/data/.env", "more.env"] },
    restart: { maxRestarts: 3 },
    readiness: { check: { url: "http://127.0.0.1:80/" } },
  });
  expect(
    lossesOf(importText(JSON.stringify({ version: "1", processes: { a: process } }), { ...places, ...options })),
  ).toEqual([
    "approximated processes.a.command: bash looks the variables up, at each start",
    "approximated processes.a.working_dir: with DIR as it is right now",
    "approximated processes.a.availability.max_restarts: with N as it is right now",
    "approximated processes.a.readiness_probe.http_get.port: with PORT as it is right now",
  ]);
  expect(one({ ...process, is_dotenv_disabled: true }, options).envFiles).toEqual(["more.env"]);
  const raw = one({ command: "x $${A}", environment: ["A=${B} $$"] }, { document: { disable_env_expansion: true } });
  expect([raw.args, raw.env]).toEqual([["-c", "x $${A}"], { A: "$${B} $$$$" }]);
});

test("a block that cannot be read is one mistake, told in its own words", () => {
  const errors = (process: object) => {
    const text = JSON.stringify({
      version: "0.5",
      processes: { a: { command: "x", ...process }, b: { command: "x" } },
    });
    const imported = importText(text, { ...places, format: "process-compose" });
    return errorsOf(imported).map((error) => error.replace(/^f:1:\d+: /, ""));
  };
  const reference = 'has a reference drover cannot read: "${"; expected ${VAR}, ${VAR:-default}, ${VAR:?message}';
  expect(errors({ availability: "${" })).toEqual([`processes.a.availability: ${reference}`]);
  expect(errors({ readiness_probe: { exec: "${" } })).toEqual([`processes.a.readiness_probe.exec: ${reference}`]);
  expect(errors({ availability: { restart: {} } })).toEqual([
    "processes.a.availability.restart: is an object; expected a text",
  ]);
  expect(errors({ depends_on: { b: { condition: {} } } })[0]).toContain('.condition: unknown condition "an object"');
});

test("vars are filled in; a template that is more is an error", () => {
  const document = { vars: { PORT: 80, NAME: "w" } };
  expect(one({ command: 'run {{.PORT}} {{ "{{.X}}" }}', vars: { PORT: 81 } }, { document })).toMatchObject({
    args: ["-c", "run 81 {{.X}}"],
  });
  expect(one({ command: "run {{.PORT}}", is_template_disabled: true }, { document }).args).toEqual([
    "-c",
    "run {{.PORT}}",
  ]);
  const wrong = { version: "1", processes: { a: { command: "run {{if .A}}x{{end}}" }, b: { command: "y {{.NONE}}" } } };
  expect(errorsOf(importText(JSON.stringify(wrong), places))).toEqual([
    'f:1:44: processes.a.command: has the template "{{if .A}}", which drover does not fill in; expected {{.NAME}} of vars',
    'f:1:84: processes.b.command: has the template "{{.NONE}}", which drover does not fill in; expected {{.NAME}} of vars',
  ]);
});

test("replicas that know their number are processes of their own", () => {
  const processes = {
    server: { command: "serve 404{{.PC_REPLICA_NUM}}", replicas: 2 },
    proxy: { command: "proxy", depends_on: { server: { condition: "process_started" } } },
    same: { command: "same", replicas: 2 },
  };
  const { templates } = importText(JSON.stringify({ version: "1", processes }), places);
  expect(templates.map(({ name, args, instances }) => [name, args, instances])).toEqual([
    ["server-0", ["4040"], 1],
    ["server-1", ["4041"], 1],
    ["proxy", [], 1],
    ["same", [], 2],
  ]);
  expect(templates[2]?.dependsOn.map(({ name }) => name)).toEqual(["server-0", "server-1"]);
});

test("a variable with a name of Object.prototype is not lost", () => {
  const text = 'version: "0.5"\nprocesses: { a: { command: x, environment: ["__proto__=1"] } }';
  expect(errorsOf(importText(text, places))).toEqual([
    "f:2:44: processes.a.environment.__proto__: is not allowed as a name",
  ]);
});
