import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importFile } from "../../src/formats/import-file.js";
import { importText } from "../../src/formats/import-text.js";
import { parseEnvValue } from "../../src/template/env-reference.js";
import { expandEnv } from "../../src/template/expand-env.js";
import { tempDir } from "../repo/temp-dir.js";
import { errorsOf, lossesOf, namesOf, places } from "./told.js";

const read = (code: string, options: object = {}) => importText(code, { ...places, file: "p.ts", ...options });
const started = (fields: string, before = "") =>
  read(`${before}\nmanager.start({ name: "a", command: "x", args: ["-"], ${fields} });`);

function argsOf(expression: string, before = ""): readonly string[] | undefined {
  const imported = read(`${before}\nmanager.start({ name: "a", command: "x", args: [${expression}] });`);
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0]?.args;
}

/** The one mistake of a value of `cwd`, which begins at 2:60. */
function mistakeIn(expression: string, before = ""): string {
  const errors = errorsOf(started(`cwd: ${expression}`, before));
  expect(errors).toHaveLength(1);
  return errors[0] ?? "";
}

describe("values", () => {
  test.each([
    ["'a\\u{1F600}\\x41\\n\\\nb'", ["a\u{1F600}A\nb"]],
    ["`a${1}b${'c'}${true}`", ["a1bctrue"]],
    ["'--port=' + (3000 + 1), 30 * 1000, -5, 2 ** 3 % 5, 1_000 / 4", ["--port=3001", "30000", "-5", "3", "250"]],
    ["...list, ...[...list]", ["p", "q", "p", "q"]],
    ["settings.port, settings['host'], settings.inner.list[1], list[0]", ["80", "h", "two", "p"]],
    ["settings.port as number, <string>settings.host, settings.host!, ('x' satisfies string)", ["80", "h", "h", "x"]],
    ["hex, `${settings.host}:${settings.port}`", ["255", "h:80"]],
  ])("%s", (expression, expected) => {
    const before = `const list = ["p", "q"] as const; const hex = 0xff; const inner = { list: ["one", "two"] };
      const settings = { host: "h", port: 80, inner } satisfies object;`;
    expect(argsOf(expression, before)).toEqual(expected);
  });

  test("spread objects: what comes later wins, and each field has the place it is written at", () => {
    const code = `const base = {
  command: "base", cwd: "/base",
  colour: "red",
};
manager.start({ ...base, name: "a", command: "own", ...undefined });`;
    const imported = read(code);
    expect(imported.templates[0]).toMatchObject({ name: "a", cwd: "/base", program: { command: "own" } });
    expect(imported.report.map(({ field, line, column }) => [field, line, column])).toEqual([
      ["cwd", 2, 20],
      ["colour", 3, 3],
      ["name", 5, 26],
      ["command", 5, 37],
    ]);
  });

  test("names belong to their blocks, and null and undefined are left out", () => {
    const code = `const port = 1;
function main() { const port = 2; { const port = 3; manager.start({ name: "in", command: "x", args: [port] }); }
  manager.start({ name: "main", command: "x", args: [port], cwd: undefined, group: null }); }
manager.start({ name: "out", command: "x", args: [port] });`;
    expect(read(code).templates.map(({ name, args }) => [name, args])).toEqual([
      ["in", ["3"]],
      ["main", ["2"]],
      ["out", ["1"]],
    ]);
  });

  test.each([
    ["getDir()", "is `getDir()`, which only running the program would tell; expected a literal"],
    [
      "dir",
      "is `dir`, a variable of let, which only running the program would tell; expected a literal",
      "let dir = 'x';",
    ],
    ["nowhere", "is `nowhere`, which only running the program would tell; expected a literal"],
    ["paths.temp", "is `paths.temp`, a member that is not there; expected a literal", "const paths = { tmp: '/' };"],
    ["c", "is `a`, which refers to itself; expected a literal", "const a = b; const b = a; const c = a;"],
    ["() => '/x'", "is a function; expected a literal"],
    [
      "p.dir",
      "is `p.dir`, which the program changes later; expected a literal",
      "const p = { dir: '/' }; p.dir = '/x';",
    ],
    [
      "`${process.argv[2]}/x`",
      "is ``${process.argv[2]}/x``, which only running the program would tell; expected a literal",
    ],
    ["ok ? 'a' : 'b'", "is `ok ? 'a' : 'b'`, which only running the program would tell; expected a literal"],
    ["1 / 0 + 'x'.length", "is `1 / 0 + 'x'.length`, which only running the program would tell; expected a literal"],
  ])("%s is not told", (expression, message, before = "") => {
    expect(mistakeIn(expression, before)).toBe(`p.ts:2:60: cwd: ${message}`);
  });

  test("each mistake of a process is told, and the others are there", () => {
    const code = `manager.start({
  name: "bad",
  command: find(),
  args: ["a", port()],
  env: { A: secret(), B: "b" },
  healthCheck: { type: "http", url: address(), interval: "soon" },
  onExit: () => undefined,
});
manager.start({ name: "good", command: "x", onExit() {} });`;
    const imported = read(code);
    expect(namesOf(imported)).toEqual(["good"]);
    expect(errorsOf(imported).map((error) => error.replace(/, which only.*/, ""))).toEqual([
      "p.ts:3:12: command: is `find()`",
      "p.ts:4:15: args[1]: is `port()`",
      "p.ts:5:13: env.A: is `secret()`",
      "p.ts:6:37: healthCheck.url: is `address()`",
      'p.ts:6:58: healthCheck.interval: is the text "soon"; expected a number of milliseconds',
    ]);
    expect(lossesOf(imported)).toEqual([
      "dropped onExit: drover knows no such field of tuix",
      "dropped onExit: drover knows no such field of tuix",
    ]);
  });

  test.each([
    ["get cwd() { return '/' }", "p.ts:2:55: cwd: is a getter; expected a literal"],
    ["cwd() { return '/' }", "p.ts:2:55: cwd: is a method; expected a literal"],
    ["['c' + 'wd']: '/'", "p.ts:2:55: has the key `['c' + 'wd']`; expected a name as the key"],
    [
      "__proto__: { cwd: '/' }",
      "p.ts:2:55: has the key __proto__, which is not allowed as a name; expected another name",
    ],
    ["'__proto__': null", "p.ts:2:55: has the key __proto__, which is not allowed as a name; expected another name"],
    ["...defaults()", "p.ts:2:55: is `...defaults()`, which only running the program would tell; expected a literal"],
  ])("%s in an object is an error", (member, error) => {
    expect(errorsOf(started(member))).toEqual([error]);
  });
});

describe("variables of the environment", () => {
  const envOf = (value: string) => started(`env: { A: ${value} }`);

  test.each([
    ["process.env.X", "${X:-}", "A: empty when there is no X, in place of absent"],
    ["process.env['X']!", "${X:-}", "A: empty when there is no X, in place of absent"],
    ["Bun.env.X as string", "${X:-}", "A: empty when there is no X, in place of absent"],
    ["process.env.X ?? 'd'", "${X:-d}", "A: an empty X counts as none"],
    ["process.env.X || 3000", "${X:-3000}", ""],
    ["process.env.X || process.env.Y || 'a$b'", "${X:-${Y:-a$$b}}", ""],
    ["`$${process.env.X}/$HOME`", "$$${X:-}/$$HOME", "A: empty in place of the word undefined when there is no X"],
    ["'a' + (process.env.X || '')", "a${X:-}", ""],
  ])("%s is looked up at each start", (value, text, note) => {
    const imported = envOf(value);
    expect(errorsOf(imported)).toEqual([]);
    expect(imported.templates[0]?.env).toEqual({ A: text });
    expect(lossesOf(imported)).toEqual(note === "" ? [] : [`approximated env: ${note}`]);
  });

  test("all of them in front say nothing new; behind others they would win, which nobody can tell", () => {
    const imported = envOf("1, ...{} }, env: { ...process.env, B: 'b'");
    expect([errorsOf(imported), imported.templates[0]?.env, lossesOf(imported)]).toEqual([[], { B: "b" }, []]);
    expect(errorsOf(started("env: { B: 'b', ...process.env }"))[0]).toContain(
      "env: is `...process.env`, which only running",
    );
  });

  test("the text has the value that the program gives it", () => {
    const name = fc.constantFrom("X", "Y", "Z");
    const text = fc.string({ unit: fc.constantFrom("$", "{", ":", "-", "a", "`", "\\", "'"), maxLength: 5 });
    const base = fc.dictionary(name, fc.string({ minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, name, text), { minLength: 1, maxLength: 3 }), base, (pieces, environment) => {
        const write = pieces.map(
          ([before, key, or]) => `${JSON.stringify(before)} + (process.env.${key} || ${JSON.stringify(or)})`,
        );
        const expected = pieces.map(([before, key, or]) => before + (environment[key] ?? or)).join("");
        const { env = {} } = envOf(`(${write.join(" + ")})`).templates[0] ?? {};
        expect(expandEnv(env, environment, "ERROR")).toEqual({ env: { A: expected }, missing: [] });
      }),
      { numRuns: 100 },
    );
  });

  test("they are values of env alone, and what templates cannot say is an error", () => {
    expect(mistakeIn("process.env.HOME")).toBe(
      "p.ts:2:60: cwd: refers to HOME of the environment, which only values of env may do; expected a literal",
    );
    expect(errorsOf(envOf("process.env.X || '}'"))[0]).toContain(
      "env.A: is `process.env.X || '}'`, which only running",
    );
    expect(errorsOf(envOf("process.env[name]"))[0]).toContain("env.A: is `process.env[name]`, which only running");
    expect(errorsOf(started("env: process.env"))[0]).toContain("env: is `process.env`, which only running");
    expect(parseEnvValue("${X:-${Y:-a$$b}}")).toHaveProperty("parts");
  });
});

describe("where processes are found", () => {
  const process = (name: string) => `{ name: "${name}", command: "x" }`;

  test.each([
    ["start() of anything that has the keys of a process", `a.b.start(${process("a")})`, ["a"]],
    ["optional calls", `this.manager?.start(${process("a")}); manager?.start?.(${process("b")})`, ["a", "b"]],
    ["start() after a first line for the shell", `#!/usr/bin/env bun\nmanager.start(${process("a")})`, ["a"]],
    ["start() in functions and conditions", `if (x) { () => { this.m.start(${process("a")}) } }`, ["a"]],
    ["defineConfig", `export default defineConfig({ processManager: { processes: [${process("a")}] } })`, ["a"]],
    [
      "defineConfig of a constant",
      `const c = { processes: { a: { command: "x" } } }; export default defineConfig(c)`,
      ["a"],
    ],
    ["export default", `export default { processes: [${process("a")}] } satisfies Config`, ["a"]],
    ["a list", `export default [${process("a")}, ${process("b")}]`, ["a", "b"]],
    ["module.exports", `module.exports = { services: { a: { command: "x" } } }`, ["a"]],
    ["a constant", `const a = ${process("a")}; export const b = ${process("b")} as const`, ["a", "b"]],
    ["a constant that is started", `const a = ${process("a")}; await manager.start(a); await manager.start(a)`, ["a"]],
    [
      "a constant that others are made of",
      `const base = ${process("base")}; manager.start({ ...base, name: "a" })`,
      ["a"],
    ],
    [
      "a constant in another",
      `const a = ${process("a")}; const all = [a, ${process("b")}]; console.log(a.name)`,
      ["a", "b"],
    ],
    [
      "a constant in a list that is also started alone",
      `const a = ${process("a")}; const all = [a, ${process("b")}]; manager.start(a)`,
      ["a", "b"],
    ],
    ["a loop over a constant", `const all = [${process("a")}]; for (const one of all) await manager.start(one)`, ["a"]],
    ["a loop over a list", `for (const one of [${process("a")}, ${process("b")}]) manager.start(one)`, ["a", "b"]],
    ["a callback", `[${process("a")}].forEach(async (one) => { await manager.start(one) })`, ["a"]],
    [
      "not a server, a command of a program, or a start by name",
      `
      const server = createServer(); server.start({ name: "s", port: 1 }); manager.start("web");
      const command = { name: "ps", command: () => list() }; const other = { name: "n" };
      manager.start(${process("a")})`,
      ["a"],
    ],
  ])("%s", (_, code, names) => {
    const imported = read(code);
    expect(errorsOf(imported)).toEqual([]);
    expect(namesOf(imported)).toEqual(names);
  });

  test("the settings of the manager are for what it starts", () => {
    const code = `const strict = await createProcessManager({ autoRestart: true, maxRestarts: 9, tuixDir: ".t" });
const lax = new ProcessManager({ autoRestart: false });
strict.start(${process("a")}); lax.start(${process("b")}); other.start(${process("c")});`;
    const imported = read(code);
    expect(imported.templates.map(({ restart }) => [restart.mode, restart.maxRestarts])).toEqual([
      ["ON_FAILURE", 9],
      ["NEVER", 5],
      ["NEVER", 5],
    ]);
    const listed = `const a = ${process("a")}; const all = [a]; const m = createProcessManager({ maxRestarts: 9 }); m.start(a)`;
    expect(read(listed).templates.map(({ restart }) => restart.maxRestarts)).toEqual([9]);
    expect(lossesOf(imported)).toEqual(["approximated tuixDir: drover keeps its files in --state-dir"]);
    const unclear = `const m = await createProcessManager({ maxRestarts: most() }); m.start(${process("a")});`;
    expect(errorsOf(read(unclear))).toEqual([
      "p.ts:1:53: maxRestarts: is `most()`, which only running the program would tell; expected a literal",
    ]);
  });

  test.each([
    ["export default defineConfig({ processManager: block() })", "processManager: is `block()`"],
    ["export default defineConfig({ processManager: { processes: list() } })", "processManager.processes: is `list()`"],
    ["export default defineConfig({ processes: [web()] })", "processes[0]: is `web()`"],
    ["export default defineConfig(config())", "p.ts:1:29: is `config()`"],
  ])("%s is an error", (code, error) => {
    expect(errorsOf(read(code))).toEqual([
      expect.stringContaining(`${error}, which only running the program would tell`),
    ]);
  });

  test("what is started is a process, also when its command is missing", () => {
    expect(errorsOf(read("manager.start({\n  name: 'a' })"))).toEqual(["p.ts:1:15: has no program; expected command"]);
  });

  test("a process that is started from elsewhere is an error with its place", () => {
    expect(errorsOf(read(`manager.start(${process("a")});\nmanager.start(load());`))).toEqual([
      "p.ts:2:15: is `load()`, which only running the program would tell; expected a literal",
    ]);
    expect(errorsOf(read(`manager.start(${process("a")});\nmanager.start({ name: "a", command: "y" });`))).toEqual([
      'p.ts:2:15: the name "a" is already used in this file; rename one of the two',
    ]);
  });

  test("Ally's names are those of its own files, under whatever name they are imported", () => {
    const code = `import { join as j } from "node:path"; import { PLUGIN_TIMEOUTS as T, PLUGIN_ENVS_DIR } from "./x.js";
backgroundManager.startProcess({ pluginName: "p", command: "x", socketPath: j(PLUGIN_ENVS_DIR, "p", "s.sock"),
  startupTimeout: T.BACKGROUND_PROCESS_STARTUP * 2 });`;
    expect(read(code).templates[0]).toMatchObject({
      startTimeoutMs: 60_000,
      readiness: { check: { path: "/home/me/.ally/plugin-envs/p/s.sock" } },
    });
    const own = `const join = (a: string) => a; m.startProcess({ pluginName: "p", command: "x", socketPath: join("/s") });`;
    expect(errorsOf(read(own))[0]).toContain('socketPath: is `join("/s")`, which only running the program would tell');
  });
});

describe("files", () => {
  const code = 'manager.start({ name: "a", command: "x" });';

  test.each([
    ["p.ts", undefined, "tuix"],
    ["p.mts", "tuix", "tuix"],
    ["p.cts", undefined, "tuix"],
    ["p.tsx", undefined, "tuix"],
    ["p.mjs", "tuix", "tuix"],
    ["p.cjs", "tuix", "tuix"],
  ])("%s, --from %s", (file, format, expected) => {
    const imported = read(code, { file, format });
    expect([imported.format, errorsOf(imported), namesOf(imported)]).toEqual([expected, [], ["a"]]);
  });

  test("JSX is read in files of that kind", () => {
    expect(errorsOf(read("export const View = () => <text>none</text>;", { file: "v.tsx" }))).toEqual([
      "v.tsx: has no process in it; expected a call such as start({ … }) or startProcess({ … }), or export default { … }",
    ]);
  });

  test("what is no program is one error with its place, and other systems have no programs", () => {
    expect(errorsOf(read("const a = 1;\nasync start(config: C): Promise<void>"))).toEqual([
      "p.ts:2:6: cannot be read as a program: Missing semicolon",
    ]);
    expect(errorsOf(read(code, { format: "systemd" }))).toEqual([
      "p.ts: is a program, and those of systemd are not read; expected a file of data, or a program of tuix, ally",
    ]);
    expect(errorsOf(read(code, { file: "p.js" }))).toEqual([
      "p.js: is a program, and only data is read; let drover evaluate it with --allow-js, or name it with --from tuix or --from ally",
    ]);
  });

  test("the file that a plugin of tuix is told to read belongs to it", () => {
    const config = "defineConfig({ plugins: [ProcessManagerPlugin({ configFile: 'processes.json' })] })";
    expect(read(config).includes).toEqual(["processes.json"]);
    using dir = tempDir();
    writeFileSync(join(dir.path, "tuix.config.ts"), config);
    writeFileSync(join(dir.path, "processes.json"), '[{ "name": "web", "command": "x", "autostart": false }]');
    const imported = importFile(join(dir.path, "tuix.config.ts"));
    expect([errorsOf(imported), namesOf(imported)]).toEqual([[], ["web"]]);
  });
});
