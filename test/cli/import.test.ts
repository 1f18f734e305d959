import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { listed, place, startDaemon } from "./daemon.js";

vi.setConfig({ testTimeout: 60_000 });

const yaml = `processes:
  web:
    command: sh
    args: [-c, "echo up on $PORT; exec sleep 1000"]
    env: { PORT: 3000 }
    colour: green
  broken:
    command: sh
    args: oops
`;

test("import tells what became of each field, and writes templates", async () => {
  const here = place();
  writeFileSync(join(here.path, "their.yaml"), yaml);
  const told = await here.drover("import", "their.yaml", "--write", "made");
  expect(told.status).toBe(2);
  expect(told.stderr).toContain('their.yaml:9:11: processes.broken.args: is the text "oops"; expected a list of texts');
  expect(told.stdout).toMatch(/^dropped +web +6 +processes\.web\.colour +drover knows no such field/m);
  expect(readdirSync(join(here.path, "made"))).toEqual(["web.json"]);
  const json = JSON.parse((await here.drover("import", "their.yaml", "--json")).stdout) as Record<string, unknown[]>;
  expect(json["format"]).toBe("proxy");
  expect(json["report"]?.[0]).toEqual({
    ...{ process: "web", field: "processes.web", outcome: "mapped", to: "name", note: "", line: 2, column: 3 },
  });
  expect(json["errors"]?.[0]).toMatchObject({ line: 9, column: 11, path: "processes.broken.args" });
});

test("import names the included file, and writes values of its environment into templates", async () => {
  const here = place();
  writeFileSync(join(here.path, "supervisord.conf"), "[include]\nfiles=*.ini\n");
  writeFileSync(
    join(here.path, "web.ini"),
    "[program:web]\ncommand=web %(ENV_PATH)s\nautostart=no\nautostart=perhaps\n",
  );
  const told = await here.drover("import", "supervisord.conf");
  expect(told.stdout).toMatch(/^approximated +web +web\.ini:2 .*; with the value PATH has right now$/m);
  expect(told.stdout).toMatch(/^dropped +- +web\.ini:3 /m);
  expect(told.stderr).toMatch(/web\.ini:4:11: .*autostart: is the text "perhaps"/);
});

test("a program is read and not run; what cannot be told is an error with its place", async () => {
  const here = place();
  const program = `import { symlinkSync, writeFileSync } from "node:fs";
writeFileSync("ran", "");
manager.start({ name: "web", command: "sleep", args: [\`\${10 * 6}\`] });
manager.start({ name: "other", command: find() });
`;
  writeFileSync(join(here.path, "processes.ts"), program);
  writeFileSync(join(here.path, "processes.mjs"), program);
  const told = await here.drover("import", "processes.ts", "--write", "made");
  expect(told.status).toBe(2);
  expect(told.stderr).toContain("processes.ts:4:41: command: is `find()`, which only running the program would tell");
  expect(readdirSync(join(here.path, "made"))).toEqual(["web.json"]);
  expect((await here.drover("import", "processes.mjs", "--from", "tuix")).stdout).toContain("1 template from tuix");
  expect(existsSync(join(here.path, "ran"))).toBe(false);
  writeFileSync(join(here.path, "fragment.ts"), "interface ProcessConfig { name: string }\n");
  const none = await here.drover("import", "fragment.ts");
  expect([none.status, none.stderr.trim().split("\n").length]).toEqual([2, 1]);
  expect(none.stderr).toContain("fragment.ts: has no process in it; expected a call such as");
});

test("--strict refuses what would be dropped, and writes nothing", async () => {
  const here = place();
  writeFileSync(join(here.path, "their.yaml"), yaml.replace(/ {2}broken[\s\S]*/, ""));
  const refused = await here.drover("import", "their.yaml", "--strict", "--write", "made");
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain("1 field dropped, and --strict allows none; nothing is written");
  expect(existsSync(join(here.path, "made"))).toBe(false);
  expect(await here.drover("import", "their.yaml")).toMatchObject({ status: 0 });
  expect(await here.drover("import", "their.yaml", "--from", "upstart")).toMatchObject({ status: 2 });
  expect(await here.drover("import", "nowhere.yaml")).toMatchObject({ status: 2 });
});

test("--strict allows no error either", async () => {
  const here = place();
  writeFileSync(join(here.path, "Procfile"), "web: sleep 1000\nno process\n");
  const refused = await here.drover("import", "Procfile", "--strict", "--write", "made");
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toContain("1 error, and --strict allows none; nothing is written");
  expect(existsSync(join(here.path, "made"))).toBe(false);
});

test("import tells which files it replaces, and when it cannot write one, what it wrote before", async () => {
  const here = place();
  writeFileSync(join(here.path, "Procfile"), "web: sleep 1000\ndb: sleep 1000\n");
  mkdirSync(join(here.path, "made"));
  writeFileSync(join(here.path, "made/mine.yaml"), "name: web\ncommand: sleep\n");
  const replaced = await here.drover("import", "Procfile", "--write", "made");
  expect(replaced.stdout).toMatch(/^replaced made\/mine\.yaml\nwritten made\/db\.json$/m);
  writeFileSync(join(here.path, "made/db.json"), "{ half");
  const failed = await here.drover("import", "Procfile", "--write", "made");
  expect(failed).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/2 templates from procfile;.*\nreplaced made\/mine\.yaml\n$/) as string,
    stderr: expect.stringContaining('error: the template "db" cannot be written to made/db.json') as string,
  });
  const json = await here.drover("import", "Procfile", "--write", "made", "--json");
  expect(json.status).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({ format: "procfile", written: ["made/mine.yaml"] });
});

test("up --config runs the processes of their file as it is", async () => {
  const here = place();
  writeFileSync(join(here.path, "their.yaml"), yaml);
  const started = await here.drover("up", "--detach", "--config", "their.yaml");
  try {
    expect(started.stderr).toContain("warning: their.yaml:9:11: processes.broken.args");
    expect(started.stderr).toContain("dropped: their.yaml:6: processes.web.colour");
    expect(started.status).toBe(0);
    expect(await here.done("list")).toMatch(/^web +(?:running|sleeping)/m);
    await vi.waitFor(async () => expect(await here.done("logs", "web")).toContain("up on 3000"), { timeout: 20_000 });
  } finally {
    await here.drover("down");
  }
  writeFileSync(join(here.path, "their.yaml"), "processes:\n  a: { command: 3, args: [] }\n");
  const refused = await here.drover("up", "--config", "their.yaml");
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("error: their.yaml:2:17: processes.a.command: is the number 3; expected a text");
});

test("a file whose content tells nothing is known by its name, but drover's own has templates", async () => {
  const here = place();
  const unit = async () => (await here.drover("export", "--to", "systemd", "--config", "ecosystem.json")).stdout;
  writeFileSync(join(here.path, "ecosystem.json"), '{ "script": "app.js", "watch": false }');
  expect(await unit()).toMatch(/^ExecStart="node" "app\.js"$/m);
  writeFileSync(join(here.path, "ecosystem.json"), '{ "templates": [{ "name": "web", "script": "own.js" }] }');
  expect(await unit()).toMatch(/^ExecStart="node" "own\.js"$/m);
});

test("a reload reads their file anew", async () => {
  const here = place();
  const file = (seconds: number): string => `processes:\n  web: { command: sleep, args: ["${seconds}"] }\n`;
  writeFileSync(join(here.path, "their.yaml"), file(1000));
  await startDaemon(here, "--config", "their.yaml", "--from", "proxy");
  writeFileSync(join(here.path, "their.yaml"), file(2000));
  expect(await here.done("reload")).toMatch(/^restart +web/m);
  expect((await listed(here)).get("web")).toMatchObject({ args: ["2000"], isRunning: true });
});

test("export writes a unit, tells what it cannot keep, and replaces no file", async () => {
  const here = place({ name: "web", command: "/bin/sleep", args: ["60"], readiness: { tcp: { port: 1 } } });
  const shown = await here.drover("export", "web", "--to", "systemd");
  expect(shown).toMatchObject({ status: 0 });
  expect(shown.stdout).toContain("# web.service\n[Unit]\n");
  expect(shown.stdout).toContain('ExecStart="/bin/sleep" "60"');
  expect(shown.stderr).toContain("dropped: web: readiness.tcp.port: systemd asks no service");
  expect(await here.drover("export", "web", "--to", "systemd", "--strict", "--write", "units")).toMatchObject({
    status: 2,
  });
  expect(existsSync(join(here.path, "units"))).toBe(false);
  expect(await here.drover("export", "web", "--to", "systemd", "--write", "units")).toMatchObject({ status: 0 });
  expect((await here.drover("export", "web", "--to", "systemd", "--write", "units")).status).toBe(1);
  expect(await here.drover("export", "wep", "--to", "systemd")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('there is no valid template "wep" in templates; did you mean "web"?') as string,
  });
  expect(await here.drover("export", "web", "--to", "upstart")).toMatchObject({ status: 2 });
});

test("export without names takes all templates, and writes none of the files when one exists", async () => {
  const here = place({ name: "web", command: "sleep" }, { name: "db", command: "sleep" });
  mkdirSync(join(here.path, "units"));
  writeFileSync(join(here.path, "units/web.service"), "mine");
  const refused = await here.drover("export", "--to", "systemd", "--write", "units");
  expect(refused).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(
      "units/web.service exists already; nothing is written, move it away first",
    ) as string,
  });
  expect(readdirSync(join(here.path, "units"))).toEqual(["web.service"]);
  expect(readFileSync(join(here.path, "units/web.service"), "utf8")).toBe("mine");
  // A link that leads nowhere is no file, and cannot be written either.
  mkdirSync(join(here.path, "half"));
  symlinkSync("nowhere", join(here.path, "half/web.service"));
  const half = await here.drover("export", "--to", "systemd", "--write", "half");
  expect(half).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("error: cannot write to half: EEXIST: ") as string,
  });
  expect(readdirSync(join(here.path, "half"))).toEqual(["web.service"]);
  writeFileSync(join(here.path, "templates/wrong.yaml"), "name: wrong\n");
  expect(await here.drover("export", "--to", "pm2")).toMatchObject({ status: 2, stdout: "" });
  expect(await here.drover("export", "db", "--to", "pm2")).toMatchObject({ status: 0 });
});

test("export takes the file of another system, and tells what both steps lose", async () => {
  const here = place();
  const app = { name: "api", script: "/bin/sleep", interpreter: "none", args: ["60"], wait_ready: true };
  writeFileSync(join(here.path, "ecosystem.json"), JSON.stringify({ apps: [app] }));
  const moved = await here.drover("export", "--config", "ecosystem.json", "--to", "process-compose");
  expect(moved.stdout).toContain("entrypoint:\n      - /bin/sleep\n");
  expect(moved.stderr).toContain("dropped: ecosystem.json:1: apps[0].wait_ready: drover has no IPC");
  expect(moved.stderr).toContain("approximated: api: restart.resetAfter: restarts are counted for good");
  const strict = await here.drover("export", "--config", "ecosystem.json", "--to", "process-compose", "--strict");
  expect(strict).toMatchObject({ status: 2, stdout: "" });
  const json = JSON.parse((await here.drover("export", "--config", "ecosystem.json", "--to", "pm2", "--json")).stdout);
  expect(Object.keys(json as object)).toEqual(["files", "report", "hints", "imported"]);
  expect(await here.drover("export", "--from", "pm2", "--to", "systemd")).toMatchObject({ status: 2 });
});

test("export to Kubernetes without an image says so, and all files together are one stream", async () => {
  const here = place({ name: "web", command: "sleep" }, { name: "db", command: "sleep" });
  const { stdout, stderr } = await here.drover("export", "--to", "kubernetes");
  expect(stderr).toContain("name the one that has the program with --image\n");
  expect(parseAllDocuments(stdout).map((document) => document.toJS() as unknown)).toMatchObject([
    { metadata: { name: "db" } },
    { metadata: { name: "web" } },
  ]);
  const named = await here.drover("export", "web", "--to", "kubernetes", "--image", "x:1");
  expect(named.stderr).not.toContain("--image");
  expect(JSON.parse((await here.drover("export", "web", "--to", "pm2")).stdout)).toMatchObject({
    apps: [{ name: "web" }],
  });
});

test.each([
  ["import", ["import", "Procfile"]],
  ["export", ["export", "--config", "Procfile", "--to", "pm2"]],
])("%s tells a directory that cannot be made, at once", async (_, command) => {
  const here = place();
  writeFileSync(join(here.path, "Procfile"), "web: sleep 1000\n");
  const told = await here.drover(...command, "--write", "Procfile/in");
  expect(told.status).toBe(2);
  expect(told.stderr).toContain("error: cannot write to Procfile/in: ENOTDIR: not a directory, mkdir");
  if (process.platform !== "linux") return;
  const endless = await here.drover(...command, "--write", "/proc/drover");
  expect(endless.stderr).toContain("error: cannot write to /proc/drover: ");
});
