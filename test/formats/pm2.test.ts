import { expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { one, read } from "./pm2-app.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

test("JSON5 and YAML files are told by their content", () => {
  const json5 = "// mine\n{ apps: [{ name: 'api', script: './server.js', instances: 2, }], }";
  const yaml = "apps:\n  - script: ./server.js\n    name: api\n    instances: 2\n    exec_mode: cluster\n";
  for (const text of [json5, yaml]) {
    const imported = importText(text, places);
    expect(imported.format).toBe("pm2");
    expect(imported.templates[0]).toMatchObject({
      name: "api",
      program: { kind: "script", script: "./server.js", interpreter: "auto" },
      cwd: "/host/data",
      instances: 2,
      runOnStartup: true,
    });
  }
  expect(lossesOf(importText(yaml, places))).toEqual([
    "approximated apps[0].exec_mode: processes of their own: they cannot share a port as a cluster does",
  ]);
});

test("what is left out means what PM2's documentation says", () => {
  expect(one({})).toMatchObject({
    restart: { mode: "ALWAYS", maxRestarts: 15, resetAfterMs: 1000, backoff: { initialMs: 0, maxMs: 0 } },
    stop: { signal: "SIGINT", gracePeriodMs: 1600 },
    instances: 1,
    watch: undefined,
    limits: undefined,
    logs: { stdout: undefined, stderr: undefined },
  });
});

test("what runs", () => {
  const runs = (app: object) => {
    const { program, args } = one(app) ?? {};
    return [program?.kind === "command" ? program.command : `${program?.interpreter} ${program?.script}`, args];
  };
  expect(runs({ script: "npm", args: "run 'my script'" })).toEqual(["npm", ["run", "my script"]]);
  expect(runs({ script: "app.py", interpreter: "python3" })).toEqual(["python3 app.py", []]);
  expect(runs({ script: "./bin/x", interpreter: "none", args: ["a b", 3] })).toEqual(["./bin/x", ["a b", "3"]]);
  expect(runs({ node_args: "--inspect --max-old-space-size=100", args: ["x"] })).toEqual([
    "node",
    ["--inspect", "--max-old-space-size=100", "./a.js", "x"],
  ]);
  expect(runs({ script: "node -e 1 > x", args: "ignored" })).toEqual(["bash", ["-c", "node -e 1 > x"]]);
  const besideLine = { args: "--silent", interpreter: "none", node_args: "--inspect" };
  expect(lossesOf(read({ script: "npm start", ...besideLine }))).toEqual(
    Object.keys(besideLine).map((name) => {
      return `dropped apps[0].${name}: PM2 gives a script with blanks to bash, and nothing with it`;
    }),
  );
  expect(lossesOf(read({ script: "a.js", wait_ready: false, time: false, disable_logs: true }))).toEqual([
    "dropped apps[0].disable_logs: what is written is always kept; maxSize in logs limits it",
  ]);
  expect(namesOf(read({ script: "lib/server.js" }))).toEqual(["server"]);
  expect(namesOf(read({ cmd: "node -e 1" }))).toEqual(["node--e-1"]);
});

test("words that PM2 would split another way are told", () => {
  const losses = (app: object) => lossesOf(read({ script: "a.js", ...app }));
  const args = (text: string) => one({ script: "a.js", args: text })?.args;
  for (const text of ["run 'my script'", '--a "b c" -d', "a=b  c\td", "", `"it's"`])
    expect(losses({ args: text })).toEqual([]);
  expect(args('--title="my app" C\\:')).toEqual(["--title=my app", "C:"]);
  expect(losses({ args: '--title="my app" C\\:' })).toEqual([
    String.raw`approximated apps[0].args: read as a shell does; PM2 itself makes "--title=\"my app\"" "C\\:" of it`,
  ]);
  expect(losses({ node_args: "-r ''" })).toEqual([
    'approximated apps[0].node_args: read as a shell does; PM2 itself makes "-r" of it',
  ]);
  expect(one({ script: "a.js", watch: true, ignore_watch: "logs 'my files'" })?.watch?.ignore).toEqual([
    "logs",
    "my files",
  ]);
});

test("restarts, limits, watching, users", () => {
  const template = one({
    ...{ autorestart: true, max_restarts: 3, min_uptime: "10s", exp_backoff_restart_delay: 100, kill_timeout: 3000 },
    ...{ max_memory_restart: "300M", watch: ["src"], ignore_watch: "logs", watch_delay: 1000 },
    ...{ uid: 1000, gid: "www", namespace: "web", out_file: "o.log", error_file: "e.log", env: { A: "$$x", N: 1 } },
  });
  expect(template).toMatchObject({
    restart: {
      ...{ mode: "ALWAYS", maxRestarts: 2, resetAfterMs: 10_000 },
      backoff: { initialMs: 100, multiplier: 1.5, maxMs: 15_000 },
    },
    stop: { gracePeriodMs: 3000 },
    limits: { maxMemoryBytes: 300 * 1024 * 1024 },
    watch: { paths: ["src"], ignore: ["logs"], debounceMs: 1000 },
    runAs: { user: "1000", group: "www" },
    group: "web",
    logs: { stdout: "o.log", stderr: "e.log" },
    env: { A: "$$$$x", N: "1" },
  });
  expect(one({ autorestart: false })?.restart.mode).toBe("NEVER");
  expect(one({ stop_exit_codes: [0, 3] })?.restart).toMatchObject({ mode: "ON_FAILURE", successExitCodes: [0, 3] });
  expect(one({ restart_delay: 4000 })?.restart.backoff).toMatchObject({ initialMs: 4000, multiplier: 1, maxMs: 4000 });
});

test("what PM2 takes in other forms", () => {
  const read = (app: object) => importText(JSON.stringify({ pm2: [app] }), places);
  const odd = read({
    exec: "a.js",
    max_restarts: "4",
    env: { A: { b: [1] } },
    env_note: "x",
    out: "o.log",
    autostart: false,
  });
  expect(errorsOf(odd)).toEqual([]);
  expect(odd.templates[0]).toMatchObject({
    ...{ name: "a", runOnStartup: false, env: { A: '{"b":[1]}' }, logs: { stdout: "o.log" } },
    restart: { maxRestarts: 3 },
  });
  expect(lossesOf(odd)).toEqual([
    "approximated pm2[0].max_restarts: 4 starts; PM2 counts only ends within 4 s of the first start",
    "dropped pm2[0].env_note: it is no set of variables",
  ]);
  expect(errorsOf(read({ name: "a" }))).toEqual(["f:1:9: pm2[0]: has no script; expected a file, or a program"]);
  expect(lossesOf(importText('{ "static": [{ "path": "." }] }', { ...places, format: "pm2" }))).toEqual([
    "dropped static: drover serves no files: write a process that does",
  ]);
});

test("--env chooses one of the sets of variables", () => {
  const app = { name: "a", script: "a.js", env: { A: 1, B: 1 }, env_production: { B: 2, C: "$$" }, env_test: { B: 3 } };
  const read = (environment?: string) => importText(JSON.stringify({ apps: [app] }), { ...places, environment });
  expect(read("production").templates[0]?.env).toEqual({ A: "1", B: "2", C: "$$$$" });
  expect(lossesOf(read("production"))).toEqual(["dropped apps[0].env_test: `--env test` chooses it"]);
  expect(read().templates[0]?.env).toEqual({ A: "1", B: "1" });
  expect(errorsOf(read("staging"))).toEqual(['f:1:1: has no environment "staging"; expected one of production, test']);
  expect(errorsOf(importText("web: sleep 1", { ...places, environment: "test" }))).toEqual([
    'f: has no environment "test"',
  ]);
});

test("what drover has nothing for is told, and mistakes have their places", () => {
  const text = `{ "apps": [
  { "name": "a", "script": "a.js", "wait_ready": true, "env_production": {}, "cron_restart": "0 0 * * *" },
  { "name": "b", "script": "b.js", "args": "'open", "instances": "many", "max_memory_restart": "lots" }
], "deploy": {} }`;
  const imported = importText(text, places);
  expect(namesOf(imported)).toEqual(["a"]);
  expect(lossesOf(imported)).toEqual([
    "dropped apps[0].wait_ready: drover has no IPC: write a readiness check",
    "dropped apps[0].env_production: `--env production` chooses it",
    "dropped apps[0].cron_restart: a schedule of drover starts jobs; it restarts no service",
    "dropped deploy: drover deploys nothing, and takes no variables from here",
  ]);
  expect(errorsOf(imported)).toEqual([
    "f:3:44: apps[1].args: the quote ' at character 1 is never closed; expected words",
    'f:3:66: apps[1].instances: "many" is no number of processes; expected a number or max',
    'f:3:96: apps[1].max_memory_restart: is the text "lots"; expected a size in bytes, such as 1048576, "512MiB" or "10MB"',
  ]);
});
