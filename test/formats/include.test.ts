import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importFile } from "../../src/formats/import-file.js";
import { importText } from "../../src/formats/import-text.js";
import { listIncluded } from "../../src/formats/list-included.js";
import { filesOf } from "./files-of.js";
import { errorsOf, namesOf, places } from "./told.js";

test.each<[pattern: string, names: readonly string[]]>([
  ["conf.d/*.conf", ["conf.d/a.conf", "conf.d/b.conf"]],
  ["conf.d/[!a].conf", ["conf.d/b.conf"]],
  ["conf.d/[a-c].con?", ["conf.d/a.conf", "conf.d/b.conf"]],
  ["*/x.ini", ["one/x.ini", "two/x.ini"]],
  ["t*/x.ini", ["two/x.ini"]],
  ["**/x.ini", ["one/x.ini", "two/x.ini"]],
  ["conf.d/{a,b}*", []],
  ["conf.d/!a*", []],
  ["gone/*.conf", []],
  ["conf.d/.*", ["conf.d/.hidden.conf"]],
  ["conf.d/../plai?", ["plain"]],
  ["plain", ["plain"]],
])("%s fits what glob(7) says", (pattern, names) => {
  const paths = ["conf.d/a.conf", "conf.d/b.conf", "conf.d/.hidden.conf", "one/x.ini", "two/x.ini", "two/deep/x.ini"];
  using dir = filesOf(Object.fromEntries([...paths, "plain"].map((path) => [join("[0]", path), ""])));
  const directory = join(dir.path, "[0]");
  expect(listIncluded(directory, pattern)).toEqual(names.map((name) => join(directory, name)));
  expect(listIncluded("/", join(dir.path, "*", pattern)).length).toBe(pattern === "plain" ? 1 : names.length);
});

test("a path that leads nowhere, or round in a circle, is told by whoever reads it", () => {
  using dir = filesOf({
    "supervisord.conf": `[include]\nfiles=round.conf ${"a".repeat(300)}\n[program:web]\ncommand=x\n`,
  });
  symlinkSync("round.conf", join(dir.path, "round.conf"));
  const imported = importFile(join(dir.path, "supervisord.conf"));
  expect(namesOf(imported)).toEqual(["web"]);
  expect(errorsOf(imported)).toEqual([
    expect.stringMatching(/round\.conf: cannot be read: /),
    expect.stringMatching(/a{300}: cannot be read: /),
  ]);
});

const main = `[supervisord]
environment=MODE="x",WHERE="%(here)s"
[include]
files = conf.d/*.conf
  %(ENV_MORE)s/x.ini gone/*.ini
[group:both]
programs=web,worker
`;

test("files that supervisord includes are one document with the file", () => {
  using dir = filesOf({
    "supervisord.conf": main,
    "conf.d/web.conf": "[program:web]\ncommand=%(here)s/run\nautostart=no\n[include]\nfiles=more.conf\n",
    "conf.d/worker.conf": "[program:worker]\ncommand=work\nautostart=perhaps\n",
    "conf.d/zz.conf": "[program:web]\nautostart=yes\n",
    "conf.d/broken.conf": "nonsense\n",
    "conf.d/partly.conf": "[program:partly]\ncommand=x\nnonsense\n",
    "sub/x.ini": "",
  });
  const imported = importFile(join(dir.path, "supervisord.conf"), { env: { MORE: "s*" } });
  const inConf = (name: string) => join(dir.path, "conf.d", name);
  expect(imported.templates).toMatchObject([
    {
      ...{ name: "web", group: "both", runOnStartup: true, env: { MODE: "x", WHERE: dir.path } },
      program: { command: `${dir.path}/conf.d/run` },
    },
  ]);
  expect(errorsOf(imported)).toEqual([
    `${inConf("broken.conf")}:1:1: stands before any section; expected a line such as [program:web]`,
    `${inConf("partly.conf")}:3:1: this line cannot be read; expected [section] or key=value`,
    `${inConf("worker.conf")}:3:11: ["program:worker"].autostart: is the text "perhaps"; expected one of true, yes, on, 1, false, no, off, 0`,
  ]);
  const rows = imported.report.filter(({ file, field }) => file !== undefined || field === "include");
  expect(rows.map(({ file, line, field, outcome }) => [file, line, field, outcome])).toEqual([
    [inConf("web.conf"), 1, '["program:web"]', "mapped"],
    [inConf("web.conf"), 2, '["program:web"].command', "mapped"],
    [inConf("web.conf"), 3, '["program:web"].autostart[0]', "dropped"],
    [inConf("web.conf"), 4, `["include:${inConf("web.conf")}"]`, "dropped"],
    [inConf("worker.conf"), 1, '["program:worker"]', "mapped"],
    [inConf("worker.conf"), 2, '["program:worker"].command', "mapped"],
    [inConf("zz.conf"), 2, '["program:web"].autostart', "mapped"],
    [undefined, undefined, "include", "mapped"],
  ]);
});

test("all services of Docker Compose may be in files that it includes", () => {
  using dir = filesOf({ "compose.yaml": "include: [a.yml]\n", "a.yml": "services: { a: { command: sleep 1 } }\n" });
  const imported = importFile(join(dir.path, "compose.yaml"));
  expect(namesOf(imported)).toEqual(["a"]);
  expect(errorsOf(imported)).toEqual([]);
  expect(imported.report[0]).toMatchObject({ field: "include", line: 1, outcome: "mapped" });
});

test("a file that is named and does not exist is an error; the others are imported", () => {
  using dir = filesOf({ "s.conf": "[include]\nfiles=gone.conf\n[program:a]\ncommand=x\n" });
  const imported = importFile(join(dir.path, "s.conf"));
  expect(namesOf(imported)).toEqual(["a"]);
  expect(errorsOf(imported)).toEqual([
    `${join(dir.path, "gone.conf")}: cannot be read: there is no such file, or the link leads nowhere`,
  ]);
});

test("a text alone tells what it includes", () => {
  expect(importText(main, { ...places, env: { MORE: "/m" } }).includes).toEqual([
    "conf.d/*.conf",
    "/m/x.ini",
    "gone/*.ini",
  ]);
  expect(errorsOf(importText(main, places))[0]).toMatch(/^f:4:9: include\.files: needs the value of MORE, /);
});
