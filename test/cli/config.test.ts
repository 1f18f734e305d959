import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../repo/run.js";
import { cli, foreground, listed, type Place, place, shell, sleeper, startDaemon } from "./daemon.js";

function put({ path }: Place, name: string, content: string): void {
  mkdirSync(join(path, name, ".."), { recursive: true });
  writeFileSync(join(path, name), content);
}

const long = { timeout: 15_000 };

describe("a configuration file", () => {
  test("gives options, variables and templates, which a reload reads anew", async () => {
    const here = place({ name: "filed", ...sleeper });
    const config = (seconds: number): string => `env: { GREETING: hello }
watchTemplates: false
templates:
  - name: web
    command: sleep
    args: ["${seconds}"]
    runOnStartup: true
  - name: greeter
    command: sh
    args: ["-c", "echo $GREETING"]
`;
    put(here, "drover.config.yaml", config(1000));
    await startDaemon(here);
    expect([...(await listed(here)).keys()].sort()).toEqual(["filed", "greeter", "web"]);
    await here.done("start", "greeter");
    await expect.poll(async () => await here.done("logs", "greeter"), long).toBe("hello\n");
    put(here, "drover.config.yaml", config(2000));
    expect(await here.done("plan")).toMatch(/^restart +web +.*args/m);
    await here.done("reload");
    expect((await listed(here)).get("web")?.args).toEqual(["2000"]);
    put(here, "drover.config.yaml", "templates: [{name: web, comand: sleep}]\n");
    const refused = await here.drover("reload");
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /^error: drover\.config\.yaml:1:25: templates\[0\]\.comand: .*did you mean "command"/m,
    );
    expect((await listed(here)).get("web")?.isRunning).toBe(true);
  });

  test("that is a named pipe is not waited for, at a reload neither", async () => {
    const here = place();
    put(here, "web.yaml", "services: { web: { command: [sleep, '1000'] } }");
    await startDaemon(here, "--config", "web.yaml");
    rmSync(join(here.path, "web.yaml"));
    execFileSync("mkfifo", [join(here.path, "web.yaml")]);
    const refused = "error: web.yaml: is not a file\n";
    expect(await here.drover("reload")).toMatchObject({ status: 2, stderr: refused });
    expect((await listed(here)).get("web")?.isRunning).toBe(true);
    expect(await here.drover("export", "--config", "web.yaml", "--to", "pm2")).toMatchObject({
      status: 2,
      stderr: refused,
    });
  });

  test("has paths that are relative to it, and is passed on by --detach; flags win over it", async () => {
    const here = place();
    put(here, "deploy/processes/web.json", JSON.stringify({ name: "web", ...sleeper }));
    put(here, "other/else.json", JSON.stringify({ name: "else", ...sleeper }));
    const options = {
      templateDir: "processes",
      env: { A: "1" },
      templates: [{ name: "inline", ...shell("echo $A; pwd") }],
    };
    put(here, "deploy/drover.config.json", JSON.stringify(options));
    await startDaemon(here, "--config", "deploy/drover.config.json");
    expect([...(await listed(here)).keys()].sort()).toEqual(["inline", "web"]);
    await here.done("start", "inline");
    await expect.poll(async () => await here.done("logs", "inline"), long).toMatch(/^1\n\/.*\/deploy\n$/);
    await here.done("down");
    await startDaemon(here, "--config", "deploy/drover.config.json", "--template-dir", "other");
    expect([...(await listed(here)).keys()].sort()).toEqual(["else", "inline"]);
  });

  test.for(["yaml", "json"])(
    "names the state directory in .%s for the other commands, too, from below",
    async (kind) => {
      const here = place();
      const config = { stateDir: "run/state", templates: [{ name: "web", command: "true" }] };
      put(here, `drover.config.${kind}`, JSON.stringify(config));
      // What an earlier manager without the file has left is not meant.
      mkdirSync(join(here.path, ".drover"));
      expect(await here.drover("list")).toMatchObject({ status: 4 });
      expect(await here.drover("up", "--detach")).toMatchObject({ status: 0, stderr: "" });
      onTestFinished(async () => void (await here.drover("down")));
      mkdirSync(join(here.path, "below"));
      const listed = await run(process.execPath, [cli, "list"], { cwd: join(here.path, "below") });
      expect(listed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^web /m) });
      put(here, `drover.config.${kind}`, '{"stateDir": [}');
      expect((await here.drover("list")).status).toBe(4);
      expect(await here.drover("down", "--state-dir", "run/state")).toMatchObject({ status: 0 });
    },
  );

  test.for(["0s", "1ms", "soon"])("with a status period of %s is refused at once", async (statusPeriod) => {
    const here = place();
    put(here, "drover.config.json", JSON.stringify({ statusPeriod, templates: [{ name: "web", command: "true" }] }));
    const expected = { status: 2, stderr: expect.stringMatching(/^error: drover.config.json:1:\d+: statusPeriod: /) };
    expect(await here.drover("up")).toMatchObject(expected);
    expect(await here.drover("up", "--detach")).toMatchObject(expected);
    expect((await here.drover("validate", "drover.config.json")).status).toBe(2);
  });

  test("that awaits what never comes is an error", async () => {
    const here = place();
    put(here, "drover.config.mjs", "await new Promise(() => {})");
    expect(await here.drover("up")).toMatchObject({ status: 2, stderr: expect.stringContaining("never comes") });
  });

  test("may be a program, which needs no template directory", async () => {
    const here = place();
    put(
      here,
      "own/drover.config.mjs",
      `export default { stateDir: "state", logs: false, templates: ["a", "b"].map((name) => ({ name, command: "sleep", args: ["1000"], runOnStartup: true })) };`,
    );
    const up = foreground({ ...here, path: join(here.path, "own") });
    await expect.poll(() => up.output.join("\n"), long).toMatch(/^a +\w+ +\d+ .*\nb +\w+ +\d+ /m);
    expect(await here.done("list", "--state-dir", "own/state")).toMatch(/^b /m);
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);
  });

  test.each([
    [
      "drover.config.yaml",
      "tempalteDir: x\n",
      'drover.config.yaml:1:1: tempalteDir: unknown option; did you mean "templateDir"?',
    ],
    ["drover.config.json", '{"dev": "yes"}', 'drover.config.json:1:9: dev: is the text "yes"; expected true or false'],
    [
      "drover.config.json",
      '{"logFormat": "ful"}',
      'drover.config.json:1:15: logFormat: is the text "ful"; expected one of plain, full',
    ],
    [
      "drover.config.yaml",
      "- a\n",
      "drover.config.yaml: is a list; expected an object with options, templates or both",
    ],
    [
      "drover.config.js",
      "export const x = 1;",
      "drover.config.js: has no default export; expected an object; write: export default { … }",
    ],
    ["drover.config.cjs", "throw new Error('no luck')", "drover.config.cjs: cannot be read: no luck"],
  ])("that is wrong is refused: %s %j", async (name, content, message) => {
    const here = place({ name: "web", ...sleeper });
    put(here, "package.json", '{"type": "module"}');
    put(here, name, content);
    expect(await here.drover("up")).toEqual({ status: 2, stdout: "", stderr: `error: ${message}\n` });
    expect(await here.drover("validate", name)).toMatchObject({ status: 2, stderr: `${message}\n` });
  });

  test("that is named must be there", async () => {
    const missing = await place().drover("up", "--config", "none.yaml");
    expect(missing).toMatchObject({ status: 2, stdout: "" });
    expect(missing.stderr).toMatch(/^error: --config: there is no file \/.*none\.yaml; leave it out .*\n$/);
  });

  test("is checked by validate with its templates", async () => {
    const here = place();
    put(here, "drover.config.yaml", "dev: true\ntemplates:\n  - {name: web, command: sleep}\n");
    expect(await here.done("validate", "drover.config.yaml")).toBe("1 template in 1 path checked: all valid\n");
    put(here, "drover.config.yaml", "dev: 1\ntemplates:\n  - {name: web}\n");
    const refused = await here.drover("validate", "drover.config.yaml");
    expect(refused.stderr).toMatch(
      /^drover\.config\.yaml:1:6: dev: .*\ndrover\.config\.yaml:3:5: templates\[0\]: has none of command/,
    );
  });
});
