import { expect, test } from "vitest";
import { importText, importValue } from "../../src/formats/import-text.js";
import { one, read } from "./pm2-app.js";
import { lossesOf, places } from "./told.js";

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
