import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { listed, place, startDaemon } from "./daemon.js";

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
