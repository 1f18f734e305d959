import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { templateFromOptions } from "../../src/template/from-options.js";
import { importOnly, plainEnv, roundTrip } from "./exported.js";

const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    // What one of the systems, YAML or a shell takes for more than text.
    fc
      .array(
        fc.constantFrom(
          "$",
          "$$",
          "${A}",
          "$(A)",
          "{{",
          "}}",
          "`",
          "%",
          "\\",
          '"',
          "'",
          " ",
          "\n",
          "#",
          ": ",
          "-",
          "a",
        ),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join("")),
    fc.constantFrom(
      "yes",
      "null",
      "~",
      "0x1f",
      "1e3",
      "08",
      "",
      "2026-01-01",
      "<<",
      "!x",
      "&a",
      "*a",
      "\u2028",
      "\x7f",
    ),
  )
  .filter((value) => !/[\0\p{Surrogate}]/u.test(value));
const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
const literal = text.map((value) => value.replaceAll("$", "$$$$"));
const path = fc.stringMatching(/^[a-z %$'"{}]{1,8}[a-z]$/).map((part) => `/srv/${part}`);
const mode = fc.constantFrom("NEVER" as const, "ON_FAILURE" as const, "ALWAYS" as const);
const options = fc.record({
  args: fc.array(text, { maxLength: 4 }),
  env: fc.dictionary(name, literal, { maxKeys: 4 }),
  description: fc.string({ maxLength: 20 }),
  restart: fc.record({ mode, maxRestarts: fc.nat(20) }),
  nice: fc.integer({ min: -20, max: 19 }),
});

test.each(["systemd", "process-compose", "pm2"])(
  "to %s and back: argv, env and cwd stay byte by byte, and a second time changes nothing",
  (to) => {
    fc.assert(
      fc.property(options, path, path, (given, program, cwd) => {
        // PM2 gives a program whose path has a blank to a shell.
        const command = to === "pm2" ? program.replaceAll(" ", "_") : program;
        const template = templateFromOptions("web", command, given, { cwd });
        const once = roundTrip(template, to);
        expect([once.program, once.args, once.cwd, plainEnv(once)]).toEqual([
          ...[template.program, template.args, template.cwd, plainEnv(template)],
        ]);
        const isRestarted = to !== "process-compose" || given.restart.maxRestarts > 0;
        expect(once.restart.mode).toBe(isRestarted ? template.restart.mode : "NEVER");
        expect(roundTrip(once, to)).toEqual(once);
      }),
      { numRuns: 120 },
    );
  },
);

const word = fc.stringMatching(/^[A-Za-z0-9./_%$-]{1,8}$/);
const seconds = fc.integer({ min: 1, max: 90 });

/** A word of a unit, in quotes of either kind or without. */
const unitWord = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9./_-]{1,8}$/),
  fc.stringMatching(/^[A-Za-z0-9 $]{0,8}$/).map((part) => `"${part.replaceAll("$", "$$$$")}"`),
  fc.stringMatching(/^[A-Za-z0-9 ]{0,8}$/).map((part) => `'${part}'`),
);
const unit = fc
  .record({
    ExecStart: fc.array(unitWord, { maxLength: 3 }).map((words) => ["/bin/x", ...words].join(" ")),
    ExecStop: fc.option(
      fc.array(unitWord, { maxLength: 3 }).map((words) => ["/bin/y", ...words].join(" ").replaceAll("$", "")),
    ),
    Environment: fc.option(
      fc.tuple(name, unitWord).map(([key, value]) => `${key}=x "B_${key}=${value.replace(/["'$]/g, "")}"`),
    ),
    WorkingDirectory: fc.option(path.map((part) => part.replaceAll("%", "%%"))),
    Restart: fc.constantFrom("no", "always", "on-failure"),
    RestartSec: fc.option(seconds),
    TimeoutStopSec: fc.option(seconds.map((amount) => `${amount}min`)),
    TimeoutStartSec: fc.option(seconds),
    SuccessExitStatus: fc.option(fc.constantFrom("143", "3 4")),
    KillSignal: fc.option(fc.constantFrom("SIGINT", "SIGHUP")),
    MemoryMax: fc.option(fc.constantFrom("512M", "1G", "1000")),
    CPUQuota: fc.option(fc.constantFrom("20%", "150%")),
    CPUAffinity: fc.option(fc.constantFrom("0 2-3", "1,2")),
    Nice: fc.option(fc.integer({ min: -20, max: 19 })),
    User: fc.option(fc.constantFrom("www", "1000")),
    StandardOutput: fc.option(fc.constantFrom("append:/var/log/x.log", "journal")),
  })
  .map((settings) => Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}\n`])));
const starts = fc.record({ StartLimitBurst: fc.option(fc.nat(20)), StartLimitIntervalSec: fc.option(fc.nat(60)) });

test("a unit that is read, written and read again is the same", () => {
  fc.assert(
    fc.property(unit, starts, (service, limits) => {
      const head = Object.entries(limits).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}\n`]));
      const once = importOnly(`[Unit]\n${head.join("")}[Service]\n${service.join("")}`, "systemd");
      expect(roundTrip(once, "systemd")).toEqual(once);
    }),
    { numRuns: 80 },
  );
});

const probe = fc.record(
  {
    exec: fc.record({ command: fc.constantFrom("true", "test -f 'a b'", "echo $$HOME | grep x") }),
    initial_delay_seconds: fc.nat(20),
    period_seconds: seconds,
    timeout_seconds: seconds,
    failure_threshold: seconds,
  },
  { requiredKeys: ["exec"] },
);
const http = fc.record(
  {
    http_get: fc.record({
      host: fc.constant("localhost"),
      port: fc.constant("80"),
      path: fc.constantFrom("/", "/a?b=c"),
      status_code: fc.constantFrom(200, 204),
    }),
    period_seconds: seconds,
  },
  { requiredKeys: ["http_get"] },
);
const composed = fc.record(
  {
    command: fc.constantFrom("sleep 5", "a 'b c' | d", "echo $$HOME {{`{{x}}`}}", "./run --port 80"),
    description: word,
    working_dir: path.map((part) => part.replaceAll("$", "$$$$").replaceAll("{{", "{{`{{`}}")),
    environment: fc
      .array(fc.tuple(name, fc.constantFrom("1", "a b", "${HOME}/x", "${X:-y}", "$$5", "$USER", "{{`{{`}}")))
      .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`)),
    env_file: fc.constant(".env"),
    replicas: fc.integer({ min: 1, max: 5 }),
    namespace: fc.constantFrom("a", "b-c"),
    disabled: fc.boolean(),
    is_dotenv_disabled: fc.boolean(),
    log_location: fc.constantFrom("./x.log", "/var/log/x.log"),
    log_configuration: fc.record({
      rotation: fc.record({ max_size_mb: seconds, max_backups: seconds, compress: fc.boolean() }),
    }),
    success_exit_codes: fc.constantFrom([3], [130, 143]),
    availability: fc.record(
      { restart: fc.constantFrom("no", "always", "on_failure"), backoff_seconds: seconds, max_restarts: fc.nat(5) },
      { requiredKeys: [] },
    ),
    shutdown: fc.record(
      {
        command: fc.constantFrom("./drain", "kill $$PID; x"),
        signal: fc.constantFrom(2, 15),
        timeout_seconds: seconds,
      },
      { requiredKeys: [] },
    ),
    liveness_probe: fc.oneof(probe, http),
    readiness_probe: fc.oneof(probe, http),
  },
  { requiredKeys: ["command"] },
);

test("a process of process-compose that is read, written and read again is the same", () => {
  fc.assert(
    fc.property(composed, ({ log_configuration, ...process }) => {
      // Where nothing is written to a file, nothing is rotated.
      const logs = process.log_location === undefined ? {} : { log_configuration };
      const once = importOnly(
        stringify({ version: "0.5", processes: { web: { ...process, ...logs } } }),
        "process-compose",
      );
      // A path of a log that begins where process-compose is started has become absolute then.
      const twice = roundTrip(once, "process-compose");
      expect(twice.logs.stdout?.endsWith("/x.log") ?? true).toBe(true);
      expect({ ...twice, logs: { ...twice.logs, stdout: "", stderr: "" } }).toEqual({
        ...once,
        logs: { ...once.logs, stdout: "", stderr: "" },
      });
      expect(roundTrip(twice, "process-compose")).toEqual(twice);
    }),
    { numRuns: 80 },
  );
});

const app = fc.record(
  {
    script: fc.constantFrom("app.js", "./lib/app.js", "job.py"),
    args: fc.oneof(fc.array(word, { maxLength: 3 }), fc.constant("--port 80 'a b'")),
    cwd: path,
    interpreter: fc.constantFrom("node", "bash", "none", "/usr/bin/python3"),
    env: fc.dictionary(name, fc.oneof(text, fc.nat(100)), { maxKeys: 3 }),
    instances: fc.integer({ min: 1, max: 4 }),
    autostart: fc.boolean(),
    autorestart: fc.boolean(),
    // One start is read as two: without a restart a process that was up would stay down.
    max_restarts: fc.integer({ min: 2, max: 20 }),
    min_uptime: fc.constantFrom("10s", 5000),
    restart_delay: fc.nat(9000),
    exp_backoff_restart_delay: fc.integer({ min: 1, max: 20_000 }),
    stop_exit_codes: fc.constantFrom([0], [0, 3]),
    kill_timeout: fc.nat(9000),
    watch: fc.constantFrom(true, false, ["src", "lib"]),
    watch_delay: fc.nat(2000),
    ignore_watch: fc.constant(["tmp", "node_modules", ".git"]),
    max_memory_restart: fc.constantFrom("300M", "1G", 1_000_000),
    out_file: fc.constantFrom("out.log", "/var/log/out.log"),
    error_file: fc.constant("err.log"),
    pid_file: fc.constant("x.pid"),
    namespace: fc.constant("front"),
    uid: fc.constantFrom("www", "1000"),
  },
  { requiredKeys: ["script"] },
);

test("an app of PM2 that is read, written and read again is the same", () => {
  fc.assert(
    fc.property(app, (given) => {
      // Of two delays one wins, by the order in the table of the importer; the number of an instance stays in its environment.
      const { restart_delay: _one, ...growing } = given;
      const each = given.exp_backoff_restart_delay === undefined ? given : growing;
      const once = importOnly(
        JSON.stringify({ apps: [{ name: "web", ...each }] }).replaceAll("\u2028", "\\u2028"),
        "pm2",
      );
      const twice = roundTrip(once, "pm2");
      const { DROVER_INSTANCE: _number, ...env } = twice.env;
      expect({ ...twice, env }).toEqual(once);
      expect(roundTrip(twice, "pm2")).toEqual(twice);
    }),
    { numRuns: 80 },
  );
});
