import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importFile } from "../../src/formats/import-file.js";
import { importText } from "../../src/formats/import-text.js";
import { tempDir } from "../repo/temp-dir.js";
import { errorsOf, namesOf, places } from "./told.js";

test("a template has a row for each field", () => {
  const text = '{"name":"old","cmd":"/x","p_options":{"args":["a"],"restart":-1,"auto_terminate":true}}';
  const { templates, report, format } = importText(text, places);
  expect(format).toBe("cn-infra");
  expect(templates[0]).toMatchObject({
    name: "old",
    restart: { mode: "ALWAYS", maxRestarts: "unlimited" },
    cwd: "/host",
  });
  expect(report.map(({ field, outcome, to }) => [field, outcome, to])).toEqual([
    ["name", "mapped", "name"],
    ["cmd", "mapped", "command"],
    ["p_options.args", "mapped", "args"],
    ["p_options.restart", "mapped", "restart.mode, restart.maxRestarts"],
    ["p_options.auto_terminate", "mapped", ""],
  ]);
});

test("pm.conf leads to the templates of its directory, bad ones are errors beside the good", () => {
  using dir = tempDir();
  mkdirSync(join(dir.path, "t"));
  const write = (name: string, text: string) => writeFileSync(join(dir.path, name), text);
  write("t/a.json", '{"name":"a","cmd":"/x"}');
  write("t/b.json", '{"name":"b","cmd":"/x","p_options":{"restart":"3"}}');
  write("t/c.json", '{"name":"a","cmd":"/y"}');
  write("t/readme.txt", "no template");
  write("pm.conf", "template-path: t\n");
  const imported = importFile(join(dir.path, "pm.conf"));
  expect(namesOf(imported)).toEqual(["a"]);
  expect(errorsOf(imported).map((error) => error.replace(`${dir.path}/`, ""))).toEqual([
    't/b.json:1:47: p_options.restart: is the text "3"; expected a whole number; remove the quotes: 3',
    't/c.json: the name "a" is already used in another file; rename one of the two',
  ]);
});
