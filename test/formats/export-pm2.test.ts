import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exportTemplates } from "../../src/formats/export-templates.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { lossesOf, onlyText, templateOf, toldOf } from "./exported.js";

const web = templateOf({
  name: "web",
  script: "app.js",
  args: ["--port", "a b"],
  env: { A: "$$1", B: "${HOME}" },
  runOnStartup: true,
  restart: { mode: "ON_FAILURE", maxRestarts: 3, successExitCodes: [0, 3], backoff: { initial: "2s", multiplier: 1 } },
  stop: { signal: "SIGINT", gracePeriod: "3s" },
  watch: { paths: ["src", "!src/x"], ignore: ["tmp"] },
  limits: { maxMemory: "300MiB" },
  group: "front",
  instances: 2,
  runAs: { user: "www", group: "web" },
  logs: { stdout: "out.log" },
  pidFile: "web.pid",
  labels: { team: "core" },
});

const apps = (templates: readonly ProcessTemplate[]): readonly Record<string, unknown>[] =>
  (JSON.parse(onlyText(templates, "pm2")) as { apps: Record<string, unknown>[] }).apps;

test("a file with everything", () => {
  expect(apps([web])).toEqual([
    {
      ...{ name: "web", script: "app.js", args: ["--port", "a b"], cwd: "/srv" },
      env: { A: "$1", DROVER_INSTANCE: "1" },
      ...{ autorestart: true, stop_exit_codes: [0, 3], max_restarts: 4, min_uptime: 10_000, restart_delay: 2000 },
      ...{
        kill_timeout: 3000,
        watch: ["src"],
        ignore_watch: ["tmp", "src/x", "node_modules", ".git"],
        watch_delay: 500,
      },
      ...{ max_memory_restart: 314_572_800, namespace: "front", uid: "www", gid: "web" },
      ...{ exec_mode: "fork", instances: 2, increment_var: "DROVER_INSTANCE", merge_logs: true },
      ...{ out_file: "out.log", pid_file: "web.pid" },
    },
  ]);
  expect(lossesOf(exportTemplates([web], "pm2"))).toEqual([
    "dropped web labels.team: PM2 keeps no texts about an app",
    "approximated web script: run by node, as is right now; a program of PM2 loads it: its own path is not in process.argv[1]",
    "dropped web env.B: refers to HOME, and PM2 replaces nothing in values: write the value itself",
    "approximated web runAs.user: USER, LOGNAME and SHELL stay those of PM2",
    "approximated web restart.mode: an end by a signal counts as exit code 0 in PM2, and so as a success",
    "approximated web watch.paths: globs and patterns as chokidar reads them",
    "approximated web watch.ignore: globs and patterns as chokidar reads them",
    "approximated web limits.maxMemory: of the app without its children, looked at every 30 s",
    "approximated web pidFile: web-NUMBER.pid, with the number that PM2 gives the app",
  ]);
});

test.each([
  [
    { maxRestarts: 3, backoff: { initial: "14s", max: "14s", multiplier: 1 } },
    "approximated; max_restarts; PM2 never gives up",
  ],
  [{ maxRestarts: 3, resetAfter: "1s", backoff: { initial: "9s" } }, "approximated; max_restarts; PM2 never gives up"],
  [{ maxRestarts: 3, backoff: { initial: "1s", multiplier: 1 } }, "mapped; max_restarts"],
])("a number of restarts that PM2 would not count to is told: %j", (restart, expected) => {
  expect(toldOf({ restart: { mode: "ALWAYS", ...restart } }, "pm2", "restart.maxRestarts")).toContain(expected);
});

test("defaults that PM2 does not share are written", () => {
  const command = templateOf({ name: "web", command: "npm" });
  expect(apps([command])).toEqual([
    {
      ...{ name: "web", autostart: false, script: "npm", interpreter: "none", cwd: "/srv", autorestart: false },
      ...{ max_restarts: 1_000_000_000, min_uptime: 10_000, exp_backoff_restart_delay: 1000, kill_timeout: 5000 },
      exec_mode: "fork",
    },
  ]);
  expect(lossesOf(exportTemplates([command], "pm2"))).toEqual([
    "approximated web stop.signal: PM2 stops all apps with SIGINT, unless it is started with PM2_KILL_SIGNAL=SIGTERM",
  ]);
});

test.each([
  [{ script: "app.mjs" }, { script: "app.mjs", interpreter: "node" }],
  [{ script: "job.py" }, { script: "job.py" }],
  [{ script: "run.sh" }, { script: "run.sh", interpreter: "none" }],
  [
    { script: "app.js", interpreter: "/opt/node" },
    { script: "app.js", interpreter: "/opt/node" },
  ],
  [
    { command: "a | b", shell: true },
    { script: "/bin/sh", interpreter: "none", args: ["-c", "a | b"] },
  ],
  [
    { command: "/a b", args: ["c"] },
    { script: "/bin/sh", interpreter: "none", args: ["-c", 'exec "$0" "$@"', "/a b", "c"] },
  ],
  [{ command: "serve" }, { script: "/bin/sh", interpreter: "none", args: ["-c", 'exec "$0" "$@"', "serve"] }],
  [
    { command: "web", env: { PATH: "/opt/bin" } },
    { script: "/bin/sh", interpreter: "none", args: ["-c", 'exec "$0" "$@"', "web"] },
  ],
  [
    { command: "etc", cwd: "/" },
    { script: "/bin/sh", interpreter: "none", args: ["-c", 'exec "$0" "$@"', "etc"] },
  ],
])("%j is run as PM2 runs it", (program, expected) => {
  const [app] = apps([templateOf({ name: "web", ...program })]);
  const { script, interpreter, args } = app ?? {};
  expect(JSON.parse(JSON.stringify({ script, interpreter, args }))).toEqual(expected);
});

test.each([
  [{ readiness: { tcp: { port: 80 } } }, "readiness.tcp.port", "dropped; PM2 asks no app"],
  [{ runAs: { group: "web" } }, "runAs.group", "dropped; PM2 takes a group only together with a user"],
  [{ restart: { resetAfter: "10ms" } }, "restart.resetAfter", "approximated; min_uptime; 100 ms, the least there is"],
  [
    { restart: { mode: "ALWAYS", successExitCodes: [1] } },
    "restart.successExitCodes",
    "dropped; PM2 asks for exit codes",
  ],
  [
    { restart: { mode: "ALWAYS" } },
    "restart.backoff",
    "approximated; restart_delay, exp_backoff_restart_delay; it grows by half",
  ],
  [{ limits: { maxMemory: 5, action: "STOP" } }, "limits.maxMemory", "dropped; PM2 can only restart"],
  [{ schedule: { cron: "1 * * * *" } }, "schedule.cron", "approximated; cron_restart"],
  [{ env: { name: "x" } }, "env.name", "dropped; PM2 has a setting of this name"],
  [
    { command: "web", env: { PATH: "/opt", "a.b": "1" } },
    "env.a.b",
    "dropped; a shell runs it, and keeps no such variable",
  ],
  [{ env: { pm_id: "7" } }, "env.pm_id", "dropped; PM2 has a setting of this name"],
  [
    { command: "web", env: { PATH: "/opt/bin" } },
    "command",
    "approximated; script, interpreter; run by /bin/sh, as PM2",
  ],
  [{ command: "etc", cwd: "/" }, "command", "run by /bin/sh, as PM2 would take /etc"],
  [{ pidFile: "web-3.pid" }, "pidFile", "approximated; pid_file; web-NUMBER.pid"],
  [{ pidFile: "web.run" }, "pidFile", "mapped; pid_file"],
  [{ dependsOn: [{ name: "db" }] }, "dependsOn", "dropped; PM2 starts apps without waiting"],
])("%j is told", (json, field, expected) => {
  expect(toldOf(json, "pm2", field)).toContain(expected);
});

test.each([
  ["/a b.sh", "run by /a b.sh, as is right now; run by /bin/sh, as PM2 does not run such a name"],
  ["job.py", "run by python3, as is right now; by python, where PM2 finds one"],
  ["/srv/run.sh", "run by /srv/run.sh, as is right now"],
])("of the script %s is told how it is run", (script, note) => {
  const { report } = exportTemplates([templateOf({ name: "web", script })], "pm2");
  expect(report.find(({ field }) => field === "script")?.note).toBe(note);
});

/** The table of fields of PM2 itself, lib/API/schema.json, which is no part of this repository. */
const schemaFile = process.env["DROVER_PM2_SCHEMA"] ?? "";
if (schemaFile === "") console.log("DROVER_PM2_SCHEMA names no schema: what is exported is not checked against it");

interface SchemaField {
  readonly type: string | readonly string[];
  readonly alias?: string | readonly string[];
  readonly min?: number;
  readonly regex?: string;
}

test.skipIf(schemaFile === "")("the schema of PM2 knows all fields, and their values are of its kinds", () => {
  const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as Record<string, SchemaField>;
  const fieldOf = (key: string): SchemaField | undefined =>
    schema[key] ?? Object.values(schema).find(({ alias }) => [alias].flat().includes(key));
  const isFine = (key: string, value: unknown): boolean => {
    const { type = [], min = 0, regex = "" } = fieldOf(key) ?? {};
    const kind = Array.isArray(value) ? "array" : typeof value;
    const isInside = typeof value !== "number" || value >= min;
    return [type].flat().includes(kind) && isInside && (typeof value !== "string" || new RegExp(regex).test(value));
  };
  const plain = templateOf({
    name: "a",
    command: "a b",
    restart: { resetAfter: "0s" },
    schedule: { cron: "1 * * * *" },
  });
  const pairs = apps([web, plain]).flatMap((app) => Object.entries(app));
  expect(pairs.filter(([key, value]) => !isFine(key, value))).toEqual([]);
  expect([isFine("nonsense", 1), isFine("min_uptime", 5), isFine("exec_mode", "x")]).toEqual([false, false, false]);
});
