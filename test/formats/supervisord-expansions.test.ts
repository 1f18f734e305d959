import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { supervisord } from "../../src/formats/supervisord/supervisord.js";
import { errorsOf, lossesOf, onlyTemplate, places } from "./told.js";

const env = { HOME: "/home/me", PORT: "8000", TOKEN: "s3cret" };
const read = (text: string) => importText(text, { ...places, env, format: "supervisord" });
const program = (settings: string) => `[program:web]\ncommand=/bin/web\n${settings}\n`;
const errors = (settings: string) => errorsOf(read(program(settings)));

describe("expansions", () => {
  const host = hostname();
  test.each([
    ["%(program_name)s %(group_name)s %(here)s", ["web", "web", "/host/data"]],
    ["%(process_num)d %(process_num)03d %(process_num)s %(numprocs)d", ["7", "007", "7", "1"]],
    ["%(process_num)-3d| %(process_num)+d %(process_num)x %(program_name)5s", ["7", "|", "+7", "7", "web"]],
    ["100%% %(host_node_name)s", ["100%", host]],
    ["%(ENV_PORT)s %(ENV_HOME)s/x %(ENV_OWN)s", ["8000", "/home/me/x", "o7"]],
  ])("%s", (args, expected) => {
    const text = `[program:web]\ncommand=x ${args}\nnumprocs_start=7\nenvironment=OWN="o%(process_num)d"\n`;
    expect(onlyTemplate(text, { env }).args).toEqual(expected);
  });

  test("a variable is a reference in environment, and a value that is told anywhere else", () => {
    const imported = read(program('user=%(ENV_PORT)s\nenvironment=A="%(ENV_TOKEN)s-$1${x}",B=%(ENV_NONE)s'));
    expect(imported.templates[0]?.env).toEqual({ A: "${TOKEN}-$$1$${x}", B: "${NONE}" });
    expect(lossesOf(imported)).toEqual(['approximated ["program:web"].user: with the value PORT has right now']);
    const baked = read(
      `[supervisord]\nenvironment=T="%(ENV_TOKEN)s"\n${program("environment=U=%(ENV_T)s,V=%(host_node_name)s")}`,
    );
    expect(baked.templates[0]?.env).toEqual({ T: "${TOKEN}", U: "s3cret", V: host });
    expect(lossesOf(baked)).toEqual([
      'approximated ["program:web"].environment: with the values TOKEN, the name of this host have right now',
    ]);
  });

  test("what supervisord has from the import is told where it stands", () => {
    const imported = read(`[supervisord]\nuser=%(ENV_PORT)s\nenvironment=H=%(host_node_name)s\n${program("")}`);
    expect(imported.templates[0]).toMatchObject({ env: { H: host }, runAs: { user: "8000" } });
    expect(lossesOf(imported).map((loss) => loss.replace(/:.*;/, ":"))).toEqual([
      "approximated supervisord.user: with the value PORT has right now",
      "approximated supervisord.environment: with the value the name of this host has right now",
    ]);
  });

  test.each([
    [
      "command=x %(ENV_GONE)s",
      "needs the value of GONE, and the environment of the import has no such variable; set GONE, or write the value into the file",
    ],
    [
      "command=x %(nope)s",
      "knows no nope; expected here, host_node_name, program_name, group_name, process_num, numprocs, ENV_X",
    ],
    ["command=50% x", "has a % that stands for nothing; expected %(name)s, or %% for a percent sign"],
    ["command=%(program_name)d", "cannot write program_name as %(program_name)d; expected %(program_name)s"],
  ])("%s is an error", (setting, error) => {
    expect(errorsOf(read(`[program:web]\n${setting}\n`))).toEqual([`f:2:9: ["program:web"].command: ${error}`]);
    expect(onlyTemplate(program("unknown=50% x")).name).toBe("web");
  });
});

describe("processes", () => {
  const several = (settings: string) =>
    read(`[program:web]\ncommand=x\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\n${settings}\n`);

  test("are instances when only their names differ", () => {
    const imported = several("numprocs_start=3");
    expect(imported.templates[0]).toMatchObject({ name: "web", instances: 2 });
    expect(lossesOf(imported)).toEqual([
      'approximated ["program:web"].process_name: the processes are called web-1 to web-2',
      'approximated ["program:web"].numprocs_start: the processes are counted from 1',
    ]);
  });

  test.each(["environment=N=%(process_num)d", "stdout_logfile=/%(process_num)d.log", "directory=/d%(process_num)d"])(
    "are templates of a group when %s differs",
    (settings) => {
      const { templates, errors } = several(`${settings}\nnumprocs_start=9`);
      expect(errors).toEqual([]);
      expect(templates.map(({ name, group, instances }) => [name, group, instances])).toEqual([
        ["web_09", "web", 1],
        ["web_10", "web", 1],
      ]);
    },
  );

  test("are none with numprocs=0, and an error with one name for all", () => {
    expect(lossesOf(read(program("numprocs=0")))).toEqual(['dropped ["program:web"]: numprocs=0: it has no process']);
    expect(errors("numprocs=2")).toEqual([
      'f:3:10: ["program:web"].numprocs: several processes cannot have one name; expected a process_name with %(process_num)d in it, such as %(program_name)s_%(process_num)02d',
    ]);
    expect(errors("numprocs=20000\nprocess_name=a%(process_num)d")).toEqual([
      'f:3:10: ["program:web"].numprocs: is 20000; expected at most 10000',
    ]);
  });

  test("of the same name are told apart by their groups, and come in the order of priorities", () => {
    const text = `[program:b]\ncommand=x\nprocess_name=main\n[program:a]\ncommand=x\nprocess_name=main\npriority=1\n
[program:c]\ncommand=c\n[group:one]\nprograms=c,c\n[group:two]\nprograms=c\npriority=0\n`;
    const imported = read(text);
    expect(imported.templates.map(({ name, group }) => [name, group])).toEqual([
      ["two-c", "two"],
      ["a-main", ""],
      ["b-main", ""],
      ["one-c", "one"],
    ]);
  });

  test("are no more than an import takes, however many are asked for", () => {
    const settings = { numprocs: ["9999"], process_name: ["%(process_num)d"], command: ["x %(process_num)d"] };
    const programs = Array.from({ length: 2000 }, (_, index) => [`program:p${index}`, settings] as const);
    const scope = {
      file: "f",
      directory: "/",
      hostCwd: "/",
      home: "/",
      env: {},
      document: undefined,
      environment: undefined,
    };
    const world = { readFile: () => undefined, exists: () => false };
    const { entries } = supervisord.entries(Object.fromEntries(programs), { ...scope, ...world });
    expect(entries).toHaveLength(2 * 9999);
  });
});
