import { expect, test } from "vitest";
import { importText, importValue } from "../../src/formats/import-text.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (...apps: object[]) => importValue({ apps }, { ...places, format: "pm2" });
function one(app: object) {
  const imported = read({ name: "a", script: "./a.js", ...app });
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0];
}

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

test("PM2 gives up after max_restarts starts, where the delays between them let it", () => {
  const limit = (app: object) => one({ ...app })?.restart.maxRestarts;
  const notes = (app: object) => lossesOf(read({ script: "a.js", ...app }));
  expect([limit({ max_restarts: 3 }), limit({ max_restarts: 1 }), limit({ max_restarts: 0 })]).toEqual([2, 1, 15]);
  expect(notes({ max_restarts: 0 })).toEqual([
    "approximated apps[0].max_restarts: 0 means 16 to PM2; 16 starts; PM2 counts only ends within 16 s of the first start",
  ]);
  // Ends count within max_restarts × min_uptime of the first start: 16 s, if nothing is said.
  expect([limit({ restart_delay: 1066 }), limit({ restart_delay: 1067 })]).toEqual([15, "unlimited"]);
  expect(limit({ restart_delay: 4000, max_restarts: 10 })).toBe("unlimited");
  expect(notes({ restart_delay: 4000, max_restarts: 10 })).toEqual([]);
  expect(limit({ restart_delay: 4000, max_restarts: 10, min_uptime: "10s" })).toBe(9);
  expect(limit({ restart_delay: 4000, max_restarts: 10, min_uptime: "1h" })).toBe(9);
});

test("growing delays begin anew after 30 s up, where nothing limits the restarts", () => {
  expect(one({ exp_backoff_restart_delay: 100 })?.restart).toMatchObject({
    ...{ maxRestarts: "unlimited", resetAfterMs: 30_000 },
    backoff: { initialMs: 100, multiplier: 1.5, maxMs: 15_000 },
  });
  const limited = { script: "a.js", exp_backoff_restart_delay: 100, max_restarts: 5 };
  expect(one(limited)?.restart).toMatchObject({ maxRestarts: 4, resetAfterMs: 1000 });
  expect(lossesOf(read(limited))).toContain(
    "approximated apps[0].exp_backoff_restart_delay: the delay begins anew after min_uptime, as the count of restarts does; in PM2 after 30 s",
  );
  // Half more of 1 ms is 1 ms again.
  expect(one({ exp_backoff_restart_delay: 1 })?.restart.maxRestarts).toBe(15);
});

test("a file is run by the interpreter that its name asks for, and by node if it is a text", () => {
  const files: Readonly<Record<string, string>> = {
    ...{ "bin/www": "require('../app')", www: "1", "bin/elf": "\u007fELF\0", "lib/npm": "1" },
  };
  const text = (path: string) => files[path.replace("/host/data/", "")];
  const surroundings = { ...places, readFile: text, exists: (path: string) => text(path) !== undefined };
  const runs = (app: object) => {
    const { program } = importText(JSON.stringify({ apps: [app] }), surroundings).templates[0] ?? {};
    return program?.kind === "command" ? program.command : `${program?.interpreter} ${program?.script}`;
  };
  expect(["a.sh", "a.rb", "a.php", "a.pl", "a.js", "a.ts"].map((script) => runs({ script }))).toEqual([
    ...["bash a.sh", "ruby a.rb", "php a.php", "perl a.pl", "auto a.js", "auto a.ts"],
  ]);
  expect(["./bin/www", "www", "bin/elf", "bin/none", "npm"].map((script) => runs({ script }))).toEqual([
    ...["node ./bin/www", "node www", "auto bin/elf", "auto bin/none", "npm"],
  ]);
  expect(runs({ script: "npm", cwd: "lib" })).toBe("node npm");
  expect(runs({ script: "./bin/www", interpreter: "none" })).toBe("./bin/www");
});

test("a program on PATH runs by itself, and what is for its interpreter is told", () => {
  const app = { script: "npm", args: "run x", interpreter: "node", node_args: "--inspect" };
  expect(one(app)).toMatchObject({ program: { kind: "command", command: "npm" }, args: ["run", "x"] });
  expect(lossesOf(read(app))).toEqual([
    "dropped apps[0].interpreter: a program on PATH runs by itself",
    "dropped apps[0].node_args: a program on PATH runs by itself",
  ]);
  const bare = read({ script: "./a", interpreter: "none", node_args: "--inspect" });
  expect(bare.report.find(({ field }) => field.endsWith("node_args"))).toMatchObject({
    ...{ outcome: "mapped", to: "", note: "no interpreter runs the script" },
  });
});

test("Python writes at once, as PM2 has it do", () => {
  expect(one({ script: "a.py", env: { A: 1 } })?.env).toEqual({ PYTHONUNBUFFERED: "1", A: "1" });
  expect(one({ script: "a", interpreter: "python3", env: { PYTHONUNBUFFERED: "" } })?.env).toEqual({
    PYTHONUNBUFFERED: "",
  });
  expect(one({ script: "./a.py", interpreter: "node" })?.env).toEqual({});
});

test("values of env that are no texts, as PM2 gives them", () => {
  const env = { A: [1, "x"], B: null, C: { d: 1 }, D: true };
  expect(one({ env })?.env).toEqual({ A: '[1,"x"]', B: "null", C: '{"d":1}', D: "true" });
  const chosen = { name: "a", script: "a.js", env: { C: "kept?", E: "1" }, env_live: { ...env, E: 2 } };
  const imported = importText(JSON.stringify({ apps: [chosen] }), { ...places, environment: "live" });
  expect(imported.templates[0]?.env).toEqual({ D: "true", E: "2" });
  expect(lossesOf(imported)).toEqual([
    "approximated apps[0].env_live: without A, B, C, as PM2 gives only texts, numbers and truth values",
  ]);
  expect(one({ port: 3456, env: { PORT: 1 } })?.env).toEqual({ PORT: "3456" });
});

test("fields are read in camel case, too, and keep their places", () => {
  const app = {
    script: "a.js",
    maxRestarts: "3",
    restartDelay: "50",
    outFile: "o.log",
    nodeArgs: "--x",
    killTimeout: 9,
  };
  expect(one(app)).toMatchObject({
    ...{ args: ["--x", "a.js"], stop: { gracePeriodMs: 9 }, logs: { stdout: "o.log" } },
    restart: { maxRestarts: 2, backoff: { initialMs: 50 } },
  });
  expect(read(app).report.map(({ field }) => field)).toContain("apps[0].outFile");
  expect(lossesOf(read({ script: "a.js", maxRestart: 3, watchers: 1 }))).toEqual([
    'dropped apps[0].maxRestart: drover knows no such field of PM2; did you mean "max_restarts"?',
    "dropped apps[0].watchers: drover knows no such field of PM2",
  ]);
});

test("files of logs and PIDs", () => {
  expect(one({ out_file: "NULL", error_file: "~/logs/e.log" })?.logs).toMatchObject({
    ...{ stdout: "/dev/null", stderr: "/home/me/logs/e.log" },
  });
  const numbered = { script: "a.js", instances: 2, output: "logs/o.log", error: "e.txt", pid_file: "a.pid" };
  expect(lossesOf(read(numbered))).toEqual([
    "approximated apps[0].output: one file for all instances; PM2 itself writes o-0.log, by the number of the process",
    "approximated apps[0].pid_file: PM2 itself writes a-0.pid, by the number of the process",
  ]);
  expect(lossesOf(read({ script: "a.js", instances: 2, merge_logs: true, output: "o.log" }))).toEqual([]);
  expect(lossesOf(read({ script: "a.js", output: "o.log" }))).toEqual([]);
});

test("what PM2 ignores by itself, and files that it does not read", () => {
  expect([one({ watch: true })?.watch?.ignore, one({ watch: ["src"], ignore_watch: ["tmp"] })?.watch?.ignore]).toEqual([
    [".*", "node_modules", ".git"],
    ["tmp"],
  ]);
  expect(lossesOf(read({ script: "a.js", env_file: ".env" }))).toEqual([
    "approximated apps[0].env_file: PM2 itself reads no such file",
  ]);
});

test("names of groups and exit codes in other forms", () => {
  expect(one({ namespace: "team a" })?.group).toBe("team-a");
  expect(lossesOf(read({ script: "a.js", namespace: "team a" }))).toEqual([
    'approximated apps[0].namespace: the group becomes "team-a": names are letters, digits and . _ @ -',
  ]);
  expect(one({ stop_exit_codes: [2, "5"] })?.restart.successExitCodes).toEqual([2, 5]);
});

test("a program may allow any number of restarts", () => {
  const { templates, report, errors } = importValue(
    { apps: [{ name: "a", script: "a.js", max_restarts: Infinity }] },
    places,
  );
  expect([errors, templates[0]?.restart.maxRestarts]).toEqual([[], "unlimited"]);
  expect(report.find(({ field }) => field === "apps[0].max_restarts")?.note).toBe("any number of restarts");
});
