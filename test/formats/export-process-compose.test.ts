import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exportTemplates } from "../../src/formats/export-templates.js";
import { lossesOf, onlyText, templateOf, toldOf } from "./exported.js";

const web = templateOf({
  name: "web",
  description: "{{x}} costs $5",
  command: "/bin/x",
  args: ["$HOME", "${A}", "{{b}}"],
  env: { A: "$$1", B: "${HOME}/x", C: "${X:-y}", D: "${X:?is needed}", E: "${X:-${Y}}", F: "{{x}}" },
  envFiles: ["one.env", "two.env"],
  runOnStartup: true,
  restart: { mode: "ON_FAILURE", maxRestarts: 3, successExitCodes: [0, 130] },
  stop: { signal: "SIGINT", gracePeriod: "2500ms", command: ["./drain", "it's"] },
  readiness: { http: { url: "https://localhost:8443/health?x=1" } },
  liveness: { exec: { command: "bash", args: ["-c", "test -f $X | cat"] }, startPeriod: "5s" },
  dependsOn: [{ name: "db" }, { name: "job", condition: "SUCCEEDED" }, { name: "away" }],
  group: "front",
  instances: 2,
  logs: { stdout: "out.log", stderr: "out.log", maxSize: "1500KiB", compress: true },
});
const db = templateOf({ name: "db", command: "postgres", readiness: { output: { pattern: "ready \\(now\\)" } } });
const job = templateOf({
  ...{ name: "job", command: "make | tee", shell: true, runOnStartup: true },
  schedule: { cron: "0 30 2 * * *" },
});
const all = [web, db, job];

const read = (templates: Parameters<typeof onlyText>[0]): Record<string, Record<string, unknown>> =>
  (parse(onlyText(templates, "process-compose")) as { processes: Record<string, Record<string, unknown>> }).processes;

test("a file with everything", () => {
  expect(read(all)).toEqual({
    web: {
      description: "{{`{{`}}x}} costs $$5",
      entrypoint: ["/bin/x", "$$HOME", "$${A}", "{{b}}"],
      working_dir: "/srv",
      environment: ["A=$$1", "B=${HOME}/x", "C=${X:-y}", "F={{`{{`}}x}}"],
      ...{ is_dotenv_disabled: true, env_file: "two.env" },
      availability: { restart: "on_failure", backoff_seconds: 1, max_restarts: 3 },
      success_exit_codes: [130],
      shutdown: { command: "./drain 'it'\\''s'", signal: 2, timeout_seconds: 3 },
      readiness_probe: {
        http_get: { host: "localhost", scheme: "https", path: "/health?x=1", port: "8443", status_code: 200 },
        ...{ period_seconds: 1, timeout_seconds: 5, success_threshold: 1, failure_threshold: 30 },
      },
      liveness_probe: {
        exec: { command: "test -f $$X | cat" },
        ...{ initial_delay_seconds: 5, period_seconds: 30, timeout_seconds: 5, success_threshold: 1 },
        failure_threshold: 3,
      },
      ...{ namespace: "front", replicas: 2, log_location: "/srv/out.log" },
      depends_on: {
        db: { condition: "process_log_ready" },
        job: { condition: "process_completed_successfully" },
      },
      log_configuration: {
        ...{ no_metadata: true, disable_json: true, flush_each_line: true },
        rotation: { max_size_mb: 2, max_backups: 4, compress: true },
      },
    },
    db: {
      ...{ entrypoint: ["postgres"], working_dir: "/srv", is_dotenv_disabled: true },
      availability: { restart: "no", backoff_seconds: 1, max_restarts: 0 },
      ...{ shutdown: { signal: 15, timeout_seconds: 5 }, ready_log_line: "ready (now)" },
    },
    job: {
      ...{ entrypoint: ["/bin/sh", "-c", "make | tee"], working_dir: "/srv", is_dotenv_disabled: true },
      availability: { restart: "no", backoff_seconds: 1, max_restarts: 0 },
      ...{ shutdown: { signal: 15, timeout_seconds: 5 } },
      schedule: { cron: "30 2 * * *", timezone: "UTC", max_concurrent: 1 },
    },
  });
});

test("what is not kept as it is", () => {
  expect(lossesOf(exportTemplates(all, "process-compose"))).toEqual([
    "approximated web env.B: HOME: an empty text when there is no such variable",
    "dropped web env.D: process-compose cannot ask for X with a message",
    "dropped web env.E: the default of X is more than a plain text",
    "dropped web envFiles.one.env: process-compose reads one file of variables: the last is kept",
    "approximated web stop.gracePeriod: 3 s: whole seconds, and at least one",
    "approximated web stop.command: the signal is not sent after it",
    "approximated web liveness.startPeriod: it is not asked in this time",
    "dropped web dependsOn.away: process-compose refuses a file without it: export both together",
    "approximated web instances: the number is in PC_REPLICA_NUM, from 0, and not in DROVER_INSTANCE",
    "approximated web logs.maxSize: 2 MB",
    "approximated web restart.backoff: always 1 s",
    "approximated web restart.resetAfter: restarts are counted for good, however long it was up",
    "approximated web readiness.http.expectedStatus: only 200 is accepted",
  ]);
});

test("what drover starts by hand only is disabled, unless something depends on it", () => {
  const disabled = (runOnStartup: boolean): unknown => read([{ ...web, runOnStartup }, db, job])["db"]?.["disabled"];
  expect([disabled(true), disabled(false)]).toEqual([undefined, true]);
  expect(read([{ ...web, enabled: false }, db])["web"]?.["disabled"]).toBe(true);
});

test("a process that is restarted not once is not restarted without end", () => {
  const none = templateOf({ name: "web", command: "x", restart: { mode: "ALWAYS", maxRestarts: 0 } });
  expect(read([none])["web"]?.["availability"]).toMatchObject({ restart: "no" });
});

test.each([
  [{ readiness: { tcp: { port: 80 } } }, "readiness.tcp.port", "asked by bash: exec 3<>/dev/tcp/127.0.0.1/80"],
  [{ readiness: { unix: { path: "x.sock" } } }, "readiness.unix.path", "approximated; readiness_probe"],
  [
    { readiness: { output: { pattern: "a.*b" } } },
    "readiness.output.pattern",
    "dropped; process-compose waits for a plain text",
  ],
  [
    { liveness: { output: { pattern: "a" } } },
    "liveness.output.pattern",
    "dropped; process-compose looks for no lines",
  ],
  [{ readiness: { http: { url: "http://x/", method: "HEAD" } } }, "readiness.http.method", "asked with GET"],
  [
    { readiness: { http: { url: "http://x/", expectedStatus: [204, 404] } } },
    "readiness.http.expectedStatus",
    "only 204",
  ],
  [{ schedule: { cron: "*/5 * * * * *" } }, "schedule.cron", "dropped; process-compose runs jobs at whole minutes"],
  [{ schedule: { cron: "7 1 * * * *" } }, "schedule.cron", "approximated; schedule.cron; at second 0"],
  [{ schedule: { cron: "1 * * * *", overlap: "REPLACE" } }, "schedule.overlap", "dropped; a run that is due"],
  [{ watch: { paths: ["src"] }, instances: 2 }, "watch.paths", "dropped; process-compose does not watch"],
  [{ logs: { stdout: "a", stderr: "b" } }, "logs.stderr", "standard error goes to the file of standard output"],
  [{ logs: { maxFiles: 3 } }, "logs.maxFiles", "dropped; only a file is rotated"],
  [{ logs: { stdout: "a", maxFiles: 1 } }, "logs.maxFiles", "one old file is kept"],
  [{ logs: { stdout: "a", maxFiles: 3 } }, "logs.maxFiles", "mapped; log_configuration.rotation.max_backups"],
  [
    { command: "x", env: { PATH: "/opt" } },
    "env.PATH",
    "approximated; environment; the program itself is looked for along",
  ],
  [{ missingEnv: "EMPTY" }, "missingEnv", "mapped"],
  [{ missingEnv: "KEEP" }, "missingEnv", "approximated"],
  [{ startTimeout: "9s" }, "startTimeout", "dropped; there is no readiness to wait for"],
])("%j is told", (json, field, expected) => {
  expect(toldOf(json, "process-compose", field)).toContain(expected);
});

test("files that are watched, inside and outside of patterns", () => {
  const watching = templateOf({
    name: "web",
    command: "x",
    watch: { paths: ["src/**/*.ts", "lib", "!lib/x"], ignore: ["tmp"] },
  });
  expect(read([watching])["web"]?.["watch"]).toEqual({
    paths: [
      { path: "src", include: ["**/*.ts"], exclude: ["tmp", "lib/x"] },
      { path: "lib", exclude: ["tmp", "lib/x"] },
    ],
    debounce: "500ms",
  });
});

test("no reader of YAML takes a text for something else", () => {
  const args = [
    "yes",
    "0o17",
    "1_000",
    "12:30:45",
    "~",
    "null",
    "=",
    "<<",
    "\x7f",
    "\u0085",
    "\u2028",
    "\ufeff",
    "# no",
    "a: b",
  ];
  const text = onlyText([templateOf({ name: "web", command: "x", args })], "process-compose");
  for (const version of ["1.1", "1.2"] as const) {
    expect(parse(text, { version })).toMatchObject({ processes: { web: { entrypoint: ["x", ...args] } } });
  }
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
});

/** The schema of process-compose itself, which is no part of this repository. */
const schemaFile = process.env["DROVER_PROCESS_COMPOSE_SCHEMA"] ?? "";
if (schemaFile === "")
  console.log("DROVER_PROCESS_COMPOSE_SCHEMA names no schema: what is exported is not checked against it");

test.skipIf(schemaFile === "")("the schema of process-compose has nothing to say", () => {
  const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as { $defs: Record<string, { properties?: object }> };
  // As it stands it lets unknown fields pass.
  for (const part of Object.values(schema.$defs)) {
    if (part.properties !== undefined) Object.assign(part, { additionalProperties: false });
  }
  const isValid = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
  const watching = templateOf({
    name: "w",
    command: "x",
    watch: { paths: ["src/*.ts"] },
    readiness: { tcp: { port: 1 } },
  });
  const document = parse(onlyText([...all, watching], "process-compose")) as { processes: Record<string, object> };
  expect([isValid(document), isValid.errors]).toEqual([true, null]);
  Object.assign(document.processes["web"] ?? {}, { nonsense: 1 });
  expect(isValid(document)).toBe(false);
});
