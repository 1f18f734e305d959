import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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
  const program = `import { writeFileSync } from "node:fs";
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
  expect(shown.stdout).toContain('ExecStart="/bin/sleep" "60"');
  expect(shown.stderr).toContain("dropped: web: readiness.tcp.port: systemd has nothing of the kind");
  expect(await here.drover("export", "web", "--to", "systemd", "--strict", "--write", "units")).toMatchObject({
    status: 2,
  });
  expect(existsSync(join(here.path, "units"))).toBe(false);
  expect(await here.drover("export", "web", "--to", "systemd", "--write", "units")).toMatchObject({ status: 0 });
  expect((await here.drover("export", "web", "--to", "systemd", "--write", "units")).status).toBe(1);
  expect(await here.drover("export", "nobody", "--to", "systemd")).toMatchObject({ status: 2 });
});
