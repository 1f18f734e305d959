import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { carriersOf } from "../faults/host-program.js";
import { cli, listed, place, startDaemon } from "./daemon.js";

vi.setConfig({ testTimeout: 60_000 });

const ecosystem = (seconds: number): string => `
const { writeFileSync } = require("node:fs");
module.exports = {
  apps: [1, 2].map((number) => ({ name: "app-" + number, script: "sleep", args: String(${seconds} + number) })),
};
`;

test("a program of another system is not run unless that is allowed", async () => {
  const here = place();
  writeFileSync(join(here.path, "ecosystem.config.js"), `${ecosystem(1000)}writeFileSync("ran", "");`);
  const expected =
    "ecosystem.config.js: is a program, and only data is read; let drover evaluate it with --allow-js, or name it with --from tuix or --from ally";
  const refused = await here.drover("import", "ecosystem.config.js");
  expect([refused.status, refused.stderr]).toEqual([2, `${expected}\n`]);
  const up = await here.drover("up", "--config", "ecosystem.config.js");
  expect([up.status, up.stderr]).toEqual([2, `error: ${expected}\n`]);
  const evaluated = await here.drover("import", "ecosystem.config.js", "--allow-js");
  expect([evaluated.status, evaluated.stderr]).toEqual([
    2,
    "ecosystem.config.js: wants to write to ran, and may only read: write what it makes into a file of data\n",
  ]);
  expect(existsSync(join(here.path, "ran"))).toBe(false);
});

test("--allow-js evaluates it, at a reload too", async () => {
  const here = place();
  writeFileSync(join(here.path, "ecosystem.config.js"), ecosystem(1000));
  const json = JSON.parse(await here.done("import", "ecosystem.config.js", "--allow-js", "--json")) as {
    format: string;
    templates: { name: string }[];
  };
  expect([json.format, json.templates.map(({ name }) => name)]).toEqual(["pm2", ["app-1", "app-2"]]);
  await startDaemon(here, "--config", "ecosystem.config.js", "--allow-js");
  writeFileSync(join(here.path, "ecosystem.config.js"), ecosystem(2000));
  expect(await here.done("reload")).toMatch(/^restart +app-1/m);
  expect((await listed(here)).get("app-2")).toMatchObject({ args: ["2002"], isRunning: true });
});

test("the command that is named for the whole report can be typed as it is", async () => {
  const here = place();
  const app = '{ name: "web", script: "sleep", args: "1", env_staging: { A: "1" }, exec_mode: "cluster" }';
  writeFileSync(join(here.path, "our apps.cjs"), `module.exports = { apps: [${app}] };`);
  const flags = ["--from", "pm2", "--env", "staging", "--allow-js"];
  const { stderr } = await here.drover("export", "--config", "our apps.cjs", ...flags, "--to", "systemd");
  const told = /`drover (import 'our apps\.cjs' --from pm2 --env staging --allow-js)` tells how$/m.exec(stderr)?.[1];
  expect(told, stderr).toBeDefined();
  expect(await here.drover("import", "our apps.cjs", ...flags)).toMatchObject({ status: 0 });
});

test("what it exports may also be a configuration of drover, or of nobody", async () => {
  const here = place();
  writeFileSync(join(here.path, "staging.mjs"), 'export default { templates: [{ name: "a", comand: "true" }] };');
  const wrong = await here.drover("up", "--config", "staging.mjs", "--allow-js");
  expect(wrong.stderr).toContain('templates[0].comand: unknown field; did you mean "command"?');
  writeFileSync(join(here.path, "staging.mjs"), "export default { colour: 1 };");
  expect((await here.drover("import", "staging.mjs", "--allow-js")).stderr).toContain(
    "staging.mjs: is no file of a system drover knows; expected one of ",
  );
  writeFileSync(join(here.path, "staging.mjs"), "export default { apps: [] };");
  expect(await here.drover("import", "staging.mjs", "--allow-js", "--from", "pm2")).toMatchObject({ status: 0 });
});

test.each([["--allow-js"], ["--from", "pm2"], ["--env", "production"]])(
  "%s without --config is refused",
  async (...flags) => {
    const refused = await place().drover("up", ...flags);
    expect([refused.status, refused.stderr]).toEqual([
      2,
      `error: ${flags[0]} is about the file of another system; name that with --config FILE\n`,
    ]);
  },
);

test("what is no file is told at once", async () => {
  const here = place();
  mkdirSync(join(here.path, "directory.js"));
  execFileSync("mkfifo", [join(here.path, "pipe.js")]);
  const told = async (file: string) => (await here.drover("import", file, "--allow-js")).stderr;
  expect(await told("directory.js")).toBe("directory.js: is a directory; expected a file\n");
  expect(await told("pipe.js")).toBe("pipe.js: is not a file\n");
  expect(await told("none.js")).toBe("none.js: cannot be read: there is no such file, or the link leads nowhere\n");
});

test("a program that waits for nothing ends with the drover that evaluates it", async () => {
  const here = place();
  writeFileSync(join(here.path, "wait.mjs"), "setInterval(() => {}, 1000);\nawait new Promise(() => {});");
  const mark = here.path;
  const drover = spawn(process.execPath, [cli, "import", "wait.mjs", "--allow-js"], {
    cwd: here.path,
    env: { ...process.env, EVALUATED_BY: mark },
    stdio: "ignore",
  });
  onTestFinished(() => void drover.kill("SIGKILL"));
  const evaluating = async () => (await carriersOf("EVALUATED_BY", mark)).filter((pid) => pid !== drover.pid);
  await expect.poll(evaluating, { timeout: 20_000 }).toHaveLength(1);
  drover.kill("SIGKILL");
  await expect.poll(evaluating, { timeout: 20_000 }).toEqual([]);
});
