import { describe, expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { errorsOf, namesOf, places } from "./told.js";

/** What a documentation says of a field that is left out, the field of the template, and its value there. */
type Row = readonly [documented: string, field: string, value: unknown];

const valueAt = (template: object | undefined, field: string): unknown =>
  field.split(".").reduce<unknown>((outer, part) => (outer as Record<string, unknown> | undefined)?.[part], template);

function defaultOf(format: string, smallest: string, field: string): unknown {
  const imported = importText(smallest, { ...places, format });
  expect(errorsOf(imported)).toEqual([]);
  expect(namesOf(imported)).toEqual(["a"]);
  return valueAt(imported.templates[0], field);
}

const everyMillisecond = 576 * 3_600_000;

describe.each<readonly [system: string, format: string, smallest: string, rows: readonly Row[]]>([
  [
    "processman, a script",
    "processman",
    '[{ "id": "a", "script": "a.py", "cwd": "." }]',
    [
      ["All configured processes will start automatically with PocketBase", "runOnStartup", true],
      ["`args` default []", "args", []],
      ["`cwd` supports relative paths, based on PocketBase data directory", "cwd", "/host/data"],
      ["`env` default {}", "env", {}],
      ['`interpreter` default "auto"', "program", { kind: "script", script: "a.py", interpreter: "auto" }],
      ["`maxRetries` default 10", "restart.maxRestarts", 10],
      ["Keep-Alive Guardian: auto-restart after process crash, whatever the exit code", "restart.mode", "ALWAYS"],
      ['`backoff` default "1s"', "restart.backoff.initialMs", 1000],
      ["restart interval grows exponentially", "restart.backoff.multiplier", 2],
      ["6th and beyond: restart after 30s (cap)", "restart.backoff.maxMs", 30_000],
      ["more than 10 seconds before crashing: the backoff counter resets to 0", "restart.resetAfterMs", 10_000],
      ["`devMode` default false", "watch", undefined],
      ["auto-expanded from system environment variables; one that is not there is empty", "missingEnv", "EMPTY"],
      ["stdout outputs at Info level", "logs.stdoutLevel", "INFO"],
      ["stderr outputs at Error level", "logs.stderrLevel", "ERROR"],
      ["Log Bridging: output to PocketBase logs", "logs.echo", true],
      ["a ring buffer of 1000 entries", "logs.bufferLines", 1000],
    ],
  ],
  [
    "processman, development",
    "processman",
    '[{ "id": "a", "command": "x", "cwd": "agents", "devMode": true }]',
    [
      ["relative `cwd`", "cwd", "/host/data/agents"],
      ["hot reload has a 500ms debounce", "watch.debounceMs", 500],
    ],
  ],
  [
    "the proxy",
    "proxy",
    "processes: { a: { command: x } }",
    [
      ["`enabled` default true", "enabled", true],
      ["start processes when the proxy starts", "runOnStartup", true],
      ['`description` default ""', "description", ""],
      ["`args` default []", "args", []],
      ["`cwd` default process.cwd()", "cwd", "/host"],
      ["`env` default {}", "env", {}],
      ["`pidFile` default ./pids/{id}.pid", "pidFile", "/host/pids/a.pid"],
      ["`logFile` default ./logs/{id}.log", "logs.stdout", "/host/logs/a.log"],
      ["`logFile` default ./logs/{id}.log, for stderr as well", "logs.stderr", "/host/logs/a.log"],
      ["restart processes when they exit unexpectedly", "restart.mode", "ALWAYS"],
      ["`maxAttempts` default 3", "restart.maxRestarts", 3],
      ["`delay` default 5000", "restart.backoff.initialMs", 5000],
      ["`delay` default 5000, each time", "restart.backoff.maxMs", 5000],
      ["maximum restart attempts, counted for good", "restart.resetAfterMs", everyMillisecond],
      ["health check `enabled` default false", "liveness", undefined],
      ["processes receive SIGTERM", "stop.signal", "SIGTERM"],
      ["with 5-second grace period", "stop.gracePeriodMs", 5000],
      ["capture and log stdout/stderr", "logs.echo", true],
      ["STDOUT is info", "logs.stdoutLevel", "INFO"],
      ["STDERR is warn", "logs.stderrLevel", "WARN"],
    ],
  ],
  [
    "the proxy, a health check",
    "proxy",
    "processes: { a: { command: x, env: { PORT: '3001' }, healthCheck: { enabled: true } } }",
    [
      ['`url` default "/health"', "liveness.check.url", "http://localhost:3001/health"],
      ["`interval` default 30000", "liveness.intervalMs", 30_000],
      ["`timeout` default 5000", "liveness.timeoutMs", 5000],
      ["`retries` default 3", "liveness.failureThreshold", 3],
    ],
  ],
  [
    "tuix",
    "tuix",
    '{ "name": "a", "command": "x" }',
    [
      ["`autostart`: start on manager init, default true", "runOnStartup", true],
      ["`autorestart`: restart on crash, default false", "restart.mode", "NEVER"],
      ["`maxRestarts` default 5", "restart.maxRestarts", 5],
      ["`restartDelay` default 1000", "restart.backoff.initialMs", 1000],
      ["automatic restarting on crashes with backoff", "restart.backoff.multiplier", 2],
      ["maximum restart attempts, counted for good", "restart.resetAfterMs", everyMillisecond],
      ["`args` left out", "args", []],
      ["`cwd` is the manager's", "cwd", "/host"],
      ["`env` left out", "env", {}],
      ["`watch` default false", "watch", undefined],
      ["`healthCheck` left out", "liveness", undefined],
      ["`maxMemory` and `maxCpu` left out", "limits", undefined],
      ["`group` left out", "group", ""],
      ["`logFile` left out: in the manager's own directory", "logs.stdout", undefined],
      ["the last 1000 entries are in memory", "logs.bufferLines", 1000],
    ],
  ],
  [
    "tuix, what is switched on",
    "tuix",
    '{ "name": "a", "command": "x", "autorestart": true, "watch": true, "healthCheck": { "type": "tcp", "port": 1 } }',
    [
      ["`autorestart`: restart on crash", "restart.mode", "ON_FAILURE"],
      ["a crash is any exit code but 0", "restart.successExitCodes", [0]],
      ["`watchDebounce` default 1000", "watch.debounceMs", 1000],
      ["health check `interval` default 30000", "liveness.intervalMs", 30_000],
      ["health check `timeout` default 5000", "liveness.timeoutMs", 5000],
      ["health check `retries` default 3", "liveness.failureThreshold", 3],
      ["health check `startPeriod` left out", "liveness.startPeriodMs", 0],
    ],
  ],
  [
    "cn-infra",
    "cn-infra",
    '{ "name": "a", "cmd": "/x" }',
    [
      ["Restarts: count of automatic restarts, optional", "restart.mode", "NEVER"],
      ["run-on-startup: only those set to 'true' are started", "runOnStartup", false],
      ["Detach: application termination causes all started processes to stop", "detach", false],
      ["Notify: optional", "notify", false],
      ["Args: optional", "args", []],
      ["EnvVar: none of its own", "env", {}],
      ["EnvVar unset: the environment of the manager", "inheritEnv", true],
      ["Writer: neither stdOut nor stdErr", "logs.mode", "DISCARD"],
      ["Stop: SIGTERM", "stop.signal", "SIGTERM"],
      ["the manager's working directory", "cwd", "/host"],
      ["CPU affinity: optional", "affinity", undefined],
    ],
  ],
  [
    "cn-infra, restarts",
    "cn-infra",
    '{ "name": "a", "cmd": "/x", "p_options": { "restart": -1 } }',
    [
      ["-1 restarts always", "restart.maxRestarts", "unlimited"],
      ["when the process state becomes terminated, however", "restart.mode", "ALWAYS"],
      ["without a delay", "restart.backoff.initialMs", 0],
    ],
  ],
  [
    "Ally, a configuration",
    "ally",
    '{ "pluginName": "a", "command": "x", "socketPath": "/s/daemon.sock" }',
    [
      ["BACKGROUND_PROCESS_STARTUP: 30000", "startTimeoutMs", 30_000],
      ["BACKGROUND_PROCESS_SHUTDOWN_GRACE_PERIOD: 5000", "stop.gracePeriodMs", 5000],
      ["SIGTERM followed by SIGKILL after grace period", "stop.signal", "SIGTERM"],
      ["automatic restart on crashes", "restart.mode", "ALWAYS"],
      ["BACKGROUND_PROCESS_MAX_RESTART_ATTEMPTS: 3", "restart.maxRestarts", 3],
      ["BACKGROUND_PROCESS_RESTART_DELAY: 5000", "restart.backoff.initialMs", 5000],
      ["with exponential backoff", "restart.backoff.multiplier", 2],
      ["waits for socket to be ready", "readiness.check", { kind: "unix", path: "/s/daemon.sock" }],
      ["starts health monitoring (if configured)", "liveness", undefined],
      ["daemon.pid beside daemon.sock", "pidFile", "/s/daemon.pid"],
      ["`envVars` optional", "env", {}],
    ],
  ],
  [
    "Ally, a manifest",
    "ally",
    '{ "name": "a", "daemon": { "command": "x", "healthcheck": {} } }',
    [
      ["BACKGROUND_PROCESS_STARTUP: 30000", "startTimeoutMs", 30_000],
      ["BACKGROUND_PROCESS_SHUTDOWN_GRACE_PERIOD: 5000", "stop.gracePeriodMs", 5000],
      ["BACKGROUND_PROCESS_HEALTH_CHECK_INTERVAL: 30000", "liveness.intervalMs", 30_000],
      ["BACKGROUND_PROCESS_HEALTH_CHECK_TIMEOUT: 5000", "liveness.timeoutMs", 5000],
      ["BACKGROUND_PROCESS_MAX_HEALTH_CHECK_FAILURES: 3", "liveness.failureThreshold", 3],
      ["~/.ally/plugin-envs/{plugin_name}/daemon.pid", "pidFile", "/home/me/.ally/plugin-envs/a/daemon.pid"],
      [
        "~/.ally/plugin-envs/{plugin_name}/daemon.sock",
        "liveness.check.path",
        "/home/me/.ally/plugin-envs/a/daemon.sock",
      ],
      ["the plugin's directory", "cwd", "/host/data"],
      ["starts when plugins are loaded", "runOnStartup", true],
    ],
  ],
])("what is left out means what the documentation says: %s", (_, format, smallest, rows) => {
  test.each(rows)("%s: %s is %j", (_documented, field, value) => {
    expect(defaultOf(format, smallest, field)).toEqual(value);
  });
});
