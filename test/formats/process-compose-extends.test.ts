import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importFile } from "../../src/formats/import-file.js";
import { detectFormatName, importText } from "../../src/formats/import-text.js";
import { inheritProcesses } from "../../src/formats/process-compose/inherit.js";
import { filesOf } from "./files-of.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (processes: object) =>
  importText(JSON.stringify({ version: "0.5", processes }), { ...places, format: "process-compose" });

test("a process has what the one has that it extends, as the page of process-compose about merging says", () => {
  const imported = read({
    worker: { extends: "base", environment: ["FOO=override", "EXTRA=2"], command: "" },
    base: {
      command: "echo base",
      working_dir: "/srv/app",
      environment: ["FOO=bar", "SHARED=1"],
      availability: { restart: "always", max_restarts: 3 },
      depends_on: { db: { condition: "process_started" } },
      namespace: ["one", "two"],
      watch: { paths: [{ path: "src" }], debounce: "2s" },
    },
    grandchild: {
      extends: "worker",
      command: "echo grandchild",
      availability: { max_restarts: 0, backoff_seconds: 4 },
      depends_on: { worker: { condition: "process_healthy" } },
      namespace: "three",
      watch: { paths: [{ path: "lib" }] },
    },
    db: { command: "db", entrypoint: ["a", "b"] },
    shell: { extends: "db", entrypoint: ["c"], command: "" },
  });
  expect(errorsOf(imported)).toEqual([]);
  const group = "namespace: the first: a process is in one group";
  expect(lossesOf(imported)).toEqual([
    `approximated processes.worker.${group}`,
    `approximated processes.base.${group}`,
  ]);
  const [worker, , grandchild, , shell] = imported.templates;
  expect(worker).toMatchObject({
    ...{ name: "worker", program: { command: "echo" }, args: ["base"], cwd: "/srv/app", group: "one" },
    ...{ env: { FOO: "override", SHARED: "1", EXTRA: "2" }, restart: { mode: "ALWAYS", maxRestarts: 3 } },
    ...{ dependsOn: [{ name: "db" }], watch: { paths: ["src"], debounceMs: 2000 } },
  });
  expect(grandchild).toMatchObject({
    ...{ args: ["grandchild"], env: { FOO: "override", SHARED: "1", EXTRA: "2" }, group: "three" },
    restart: { mode: "ALWAYS", maxRestarts: 3, backoff: { initialMs: 4000 } },
    dependsOn: [
      { name: "db", condition: "STARTED" },
      { name: "worker", condition: "READY" },
    ],
    watch: { paths: ["lib"], debounceMs: 2000 },
  });
  expect([shell?.program, shell?.args]).toMatchObject([{ command: "a" }, ["b", "c"]]);
});

test("a variable, a value for templates and a condition count as the heir has them, also when they are empty", () => {
  const imported = read({
    base: {
      command: "run {{.DEBUG}} {{.PORT}} {{.NAME}} {{.MODE}}",
      vars: { DEBUG: true, PORT: 80, NAME: "base", MODE: "fast" },
      environment: { A: "1", B: "2" },
      depends_on: { db: { condition: "process_healthy" } },
    },
    heir: {
      ...{ extends: "base", environment: { A: "" }, depends_on: { db: {} } },
      vars: { DEBUG: false, PORT: 0, NAME: "" },
    },
    lines: { extends: "heir", environment: ["B="] },
    db: { command: "db" },
  });
  expect(errorsOf(imported)).toEqual([]);
  const [, heir, lines] = imported.templates;
  expect(heir).toMatchObject({ args: ["false", "0", "fast"], env: { A: "", B: "2" } });
  expect(heir?.dependsOn).toMatchObject([{ name: "db", condition: "STARTED" }]);
  expect(lines?.env).toEqual({ A: "", B: "" });
});

test("what cannot be inherited is an error, and the others are imported", () => {
  const imported = read({
    lost: { extends: "none", command: "x" },
    own: { extends: "own", command: "x" },
    a: { extends: "b", command: "x" },
    b: { extends: "a", command: "x" },
    heir: { extends: "lost", command: "x" },
    odd: { extends: "constructor", command: "x" },
    map: { extends: { process: "good" }, command: "x" },
    good: { command: "x" },
  });
  expect(namesOf(imported)).toEqual(["good"]);
  expect(errorsOf(imported).map((error) => error.replace(/^f:1:\d+: processes\./, ""))).toEqual([
    'lost.extends: no process "none" is there',
    "own.extends: it inherits from itself",
    "a.extends: what it inherits from is wrong: b",
    "b.extends: it inherits from itself",
    "heir.extends: what it inherits from is wrong: lost",
    'odd.extends: no process "constructor" is there',
    'map.extends: no process "an object" is there',
  ]);
});

test("is_disabled wins over disabled, as a file over another needs it", () => {
  const enabled = (process: object) => read({ a: { command: "x", ...process } }).templates[0]?.enabled;
  expect(enabled({ disabled: true, is_disabled: "false" })).toBe(true);
  expect(enabled({ is_disabled: "true" })).toBe(false);
  expect(errorsOf(read({ a: { command: "x", is_disabled: "maybe" } }))[0]).toContain(
    'processes.a.is_disabled: is "maybe"; expected "true" or "false"',
  );
});

test("a long row of heirs, and heirs without end, are no trouble", () => {
  const last = 50_000;
  const names = Array.from({ length: last + 1 }, (_, index) => `p${index}`);
  const row = names.map((name, index) => [name, index < last ? { extends: `p${index + 1}` } : { command: "x" }]);
  const { members, problems } = inheritProcesses(Object.fromEntries(row));
  expect([problems, Object.keys(members).length, members["p0"]]).toEqual([
    [],
    last + 1,
    { extends: "p1", command: "x" },
  ]);
  const large = names.slice(0, 20_000).map((name) => [name, { extends: "base" }]);
  const base = { description: "x".repeat(100_000) };
  expect(inheritProcesses({ base, ...Object.fromEntries(large) }).problems.at(-1)).toMatchObject({
    path: ["processes", "p19999", "extends"],
    message: "inherits more than an import takes",
  });
});

const files = {
  "base.yaml": `version: "0.5"
environment: [LOG=info, MODE=base]
vars: { PORT: 80 }
processes:
  web:
    command: serve {{.PORT}}
    working_dir: srv
    environment: [A=1, B=2]
    availability: { restart: often }
  job: { command: "true", disabled: true }
  idle: { command: idle }
`,
  "more/middle.yaml": `extends: ../base.yaml
processes:
  web: { environment: [B=3], availability: { restart: on_failure } }
  extra: { command: extra, working_dir: ./here }
`,
  "deploy/prod.yaml": `extends: ../more/middle.yaml
environment: [MODE=prod]
vars: { PORT: 443 }
processes:
  web: { environment: [C=4] }
  job: { is_disabled: "false" }
  own: { extends: web, command: own, is_tty: true }
`,
};

test("a file is laid over the one that it extends, and that over its own", () => {
  using dir = filesOf(files);
  const imported = importFile(join(dir.path, "deploy/prod.yaml"));
  expect([imported.format, errorsOf(imported)]).toEqual(["process-compose", []]);
  const byName = new Map(imported.templates.map((template) => [template.name, template]));
  const env = { LOG: "info", MODE: "prod", A: "1", B: "3", C: "4" };
  expect(byName.get("web")).toMatchObject({
    // As process-compose has it: the directory of the file between is that of the processes in it, whatever is below.
    ...{ program: { command: "serve" }, args: ["443"], cwd: join(dir.path, "more"), env },
    restart: { mode: "ON_FAILURE" },
  });
  expect(byName.get("own")).toMatchObject({ program: { command: "own" }, cwd: join(dir.path, "more"), env });
  expect(byName.get("job")).toMatchObject({ enabled: true, cwd: dir.path });
  expect(byName.get("idle")).toMatchObject({ cwd: dir.path });
  expect(byName.get("extra")).toMatchObject({ cwd: join(dir.path, "more/here") });
  const places = imported.report.map(({ field, file, line }) => [field, file?.slice(dir.path.length + 1), line]);
  expect(places).toContainEqual(["processes.web.command", "base.yaml", 6]);
  expect(places).toContainEqual(["processes.web.environment", undefined, 5]);
  expect(places).toContainEqual(["processes.web.availability.restart", "more/middle.yaml", 3]);
  expect(places).toContainEqual(["processes.own.is_tty", undefined, 7]);
  expect(places).toContainEqual(["processes.own.availability.restart", undefined, 7]);
  expect(lossesOf(imported)).toEqual(["dropped processes.own.is_tty: drover gives a terminal to no process"]);
});

test("a mistake is told where it stands, a file that is not there with its name", () => {
  using dir = filesOf({
    ...files,
    "a.yaml": "extends: base.yaml\nprocesses:\n",
    "b.yaml": 'extends: gone.yaml\nprocesses: { a: { command: "true" } }\n',
    "c.yaml": "extends: d.yaml\nprocesses: { c: { command: x } }\n",
    "d.yaml": "extends: c.yaml\nprocesses: { d: { command: x } }\n",
    "e.yaml": "extends: e.yaml\nprocesses: { e: { command: x } }\n",
    "g.yaml": "extends: list.yaml\nprocesses: { g: { command: x } }\n",
    "list.yaml": "- 1\n",
  });
  const inDir = (name: string) => join(dir.path, name);
  const told = (name: string) => {
    const imported = importFile(inDir(name));
    return [namesOf(imported), errorsOf(imported)];
  };
  expect(told("a.yaml")).toEqual([
    ["job", "idle"],
    [
      `${inDir("base.yaml")}:9:30: processes.web.availability.restart: unknown word "often"; expected no, on_failure or always`,
    ],
  ]);
  expect(told("b.yaml")).toEqual([
    ["a"],
    [`${inDir("gone.yaml")}: cannot be read: there is no such file, or the link leads nowhere`],
  ]);
  expect(told("c.yaml")).toEqual([
    ["d", "c"],
    [`${inDir("d.yaml")}: ${inDir("c.yaml")} extends itself, or is extended twice`],
  ]);
  expect(told("e.yaml")).toEqual([
    ["e"],
    [`${inDir("e.yaml")}: ${inDir("e.yaml")} extends itself, or is extended twice`],
  ]);
  expect(told("g.yaml")).toEqual([["g"], [`${inDir("list.yaml")}:1:1: is no project; expected a map with processes`]]);
});

test("variables are put in as each file says, and a directory begins where its own file stands", () => {
  using dir = filesOf({
    "base/base.yaml": `processes:
  home: { command: x, working_dir: "\${HOME}/app" }
  here: { command: x, working_dir: "\${SUB}/app", environment: ["A=\${SUB}"] }
`,
    "base/raw.yaml": `disable_env_expansion: true
extends: base.yaml
vars: { V: "$$" }
processes:
  raw: { command: "echo $$", working_dir: "\${HOME}", environment: ["A=\${SUB}", "B=$$"], description: "{{.V}}" }
`,
    "main.yaml":
      'extends: "base/${WHICH}.yaml"\nprocesses: { own: { command: "echo $$$$", environment: ["A=${SUB}"] } }\n',
  });
  const imported = importFile(join(dir.path, "main.yaml"), { env: { HOME: "/home/me", SUB: "sub", WHICH: "raw" } });
  expect(errorsOf(imported)).toEqual([]);
  expect(lossesOf(imported)).toEqual([
    "approximated processes.home.working_dir: with HOME as it is right now",
    "approximated processes.here.working_dir: with SUB as it is right now",
  ]);
  const reference = "$" + "{SUB}";
  expect(imported.templates).toMatchObject([
    { name: "home", cwd: "/home/me/app" },
    { name: "here", cwd: join(dir.path, "base/sub/app"), env: { A: reference } },
    {
      ...{ name: "raw", args: ["-c", "echo $$"], cwd: join(dir.path, "base", "$" + "{HOME}"), description: "$$" },
      env: { A: `$${reference}`, B: "$$$$" },
    },
    { name: "own", args: ["-c", "echo $$"], env: { A: reference } },
  ]);
});

test("what is extended is one file by its path, and nothing else is taken for it", () => {
  const heir = (path: string) => `extends: ${path}\nprocesses: { a: { command: x } }\n`;
  using dir = filesOf({
    "base[1].yaml": "processes: { odd: { command: x } }\n",
    "empty.yaml": "# nothing yet\n",
    "dir/a.json": '{ "processes": { "lost": { "command": "x" } } }',
    "literal.yaml": heir("base[1].yaml"),
    "pattern.yaml": heir('"d*/*.json"'),
    "directory.yaml": heir("dir"),
    "nothing.yaml": heir("empty.yaml"),
    "list.yaml": heir("[literal.yaml]"),
    "chain.yaml": heir("list.yaml"),
    "deep.yaml": heir("here/deep.yaml"),
  });
  symlinkSync(".", join(dir.path, "here"));
  const told = (name: string) => {
    const imported = importFile(join(dir.path, name), { format: "process-compose" });
    return [...namesOf(imported), ...errorsOf(imported).map((error) => error.replaceAll(dir.path, "DIR"))];
  };
  const noText = "extends: is a list; expected the path of a file";
  expect(told("literal.yaml")).toEqual(["odd", "a"]);
  expect(told("pattern.yaml")).toEqual([
    ...["a", "DIR/d*/*.json: cannot be read: there is no such file, or the link leads nowhere"],
  ]);
  expect(told("directory.yaml")).toEqual(["a", "DIR/dir: is a directory; expected a file"]);
  expect(told("nothing.yaml")).toEqual(["a"]);
  expect(told("list.yaml")).toEqual(["a", `DIR/list.yaml:1:10: ${noText}`]);
  expect(told("chain.yaml")).toEqual(["a", `DIR/list.yaml:1:10: ${noText}`]);
  expect(told("deep.yaml").at(-1)).toContain("here/deep.yaml: cannot be read: ");
});

test("a file that is nothing but laid over another is told by its content", () => {
  expect(detectFormatName("extends: base.yaml\nprocesses:\n  web: { environment: [A=1] }\n")).toBe("process-compose");
  expect(detectFormatName("extends: { service: a }\nservices: { a: { image: x } }\n")).toBe("docker-compose");
});
