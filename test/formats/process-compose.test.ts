import { expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

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

test("mistakes have their places, and the good processes are there", () => {
  const wrong = `processes:
  good: { command: x, working_dir: . }
  bad:
    command: "echo 'open"
    environment: 5
    depends_on: { good: { condition: process_ready } }
    availability: { restart: sometimes }
    is_tty: true
`;
  const imported = importText(wrong, places);
  expect(namesOf(imported)).toEqual(["good"]);
  expect(errorsOf(imported)).toEqual([
    "f:4:14: processes.bad.command: the quote ' at character 6 is never closed; expected a command line",
    "f:5:18: processes.bad.environment: is the number 5; expected NAME=value lines, or a map",
    'f:6:38: processes.bad.depends_on.good.condition: unknown condition "process_ready"; expected one of process_started, process_healthy, process_log_ready, process_completed, process_completed_successfully',
    'f:7:30: processes.bad.availability.restart: unknown word "sometimes"; expected no, on_failure or always',
  ]);
  expect(lossesOf(imported)).toEqual(["dropped processes.bad.is_tty: drover gives a terminal to no process"]);
});
