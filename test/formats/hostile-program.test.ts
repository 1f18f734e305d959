import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { importText } from "../../src/formats/import-text.js";
import { parseProgram } from "../../src/formats/program/parse-program.js";
import { cpuTimeMs } from "./cpu-time.js";
import { errorsOf, namesOf, places } from "./told.js";

// What takes seconds of CPU may take long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const read = (code: string, file = "p.ts") => importText(code, { ...places, file });
const start = (fields: string): string => `manager.start({ name: "a", command: "x", ${fields} });`;
const many = 100_000;

/** Constants that are each twice as large as the one before. */
const doubling = (make: (last: string) => string, first: string): string => {
  const lines = Array.from({ length: 25 }, (_, index) => `const v${index + 1} = ${make(`v${index}`)};`);
  return [`const v0 = ${first};`, ...lines].join("\n");
};

test.each([
  ["brackets", `export default ${"[".repeat(many)}`, "is nested too deeply"],
  ["lists in lists", `export default ${"[".repeat(20_000)}${"]".repeat(20_000)}`, "is nested too deeply"],
  ["blocks", "{".repeat(many), "is nested too deeply"],
  ["a sum", start(`cwd: ${"'a'+".repeat(50_000)}'a'`), "is nested too deeply"],
  ["types", `type A = ${"B<".repeat(many)}`, "is nested too deeply"],
  ["a chain of members", start(`cwd: a${".b".repeat(many)}`), "which is nested too deeply"],
  ["a chain of calls", start(`cwd: a${"()".repeat(many)}`), "which only running the program would tell"],
  ["objects", start(`env: ${"{a:".repeat(90)}1${"}".repeat(90)}`), "expected a text as the value of a"],
  [
    "spreads",
    `const a = { cwd: 5 }; manager.start({ name: "a", command: "x", ${"...a,".repeat(many)} })`,
    "cwd: is the number 5",
  ],
  [
    "a text that doubles",
    `${doubling((last) => `${last} + ${last}`, "'0123456789'")}\n${start("cwd: v25")}`,
    "which gets longer than 65536 characters",
  ],
  [
    "a list that doubles",
    `${doubling((last) => `[...${last}, ...${last}]`, "['a']")}\n${start("args: v25")}`,
    "takes too long to read",
  ],
  [
    "variables that double",
    `${doubling((last) => `process.env.A || \`\${${last}}\${${last}}\``, "process.env.B")}\n${start("env: { A: v25 }")}`,
    "which gets longer than 65536 characters",
  ],
  ["names that double", `${doubling((last) => `[${last}, ${last}]`, "'a'")}\n${start("args: v25")}`, "args: is a list"],
  ["an unknown escape", start("cwd: '\\u{110000}'"), "cannot be read as a program: Code point out of bounds"],
  ["an octal escape", `"use strict"; ${start("cwd: '\\08'")}`, "cannot be read as a program"],
  ["a pattern that is none", start("healthCheck: { type: 'output', outputPattern: /(/ }"), "which is no valid pattern"],
  [
    "a pattern without an end",
    start(`healthCheck: { type: 'output', outputPattern: /${"(".repeat(many)}/ }`),
    "which is no valid pattern",
  ],
  [
    "a cycle of constants",
    `const a = { ...b }; const b = { ...c }; const c = { ...a }; ${start("...a")}`,
    "which refers to itself",
  ],
  ["a list with holes", start("args: [,'a',,]"), "item 1 is none"],
  ["many processes", "manager.start({});\n".repeat(20_000), "has 20000 processes"],
])("%s: one clear error, soon", (_, code, error) => {
  const begin = cpuTimeMs();
  const imported = read(code);
  expect(namesOf(imported)).toEqual([]);
  expect(errorsOf(imported).join("\n")).toContain(error);
  expect(cpuTimeMs() - begin).toBeLessThan(15_000);
});

test("syntax that takes the parser exponentially long is left", () => {
  const code = `const a = ${"<T>(".repeat(40)}1${")".repeat(40)}`;
  const begin = cpuTimeMs();
  expect(parseProgram(code, "p.ts", 200)).toMatchObject({ problem: { message: "takes too long to read" } });
  expect(cpuTimeMs() - begin).toBeLessThan(5000);
});

test("a hundred thousand names in a pattern are no trouble", () => {
  const names = Array.from({ length: 150_000 }, (_, index) => `_${index.toString(36)}`);
  expect(errorsOf(read(`const [${names.join(",")}] = load();\n${start("group: 'g'")}`))).toEqual([]);
});

test("nothing of a program is run, and nothing outside of it is changed", () => {
  const code = `globalThis.polluted = 1; Object.prototype.polluted = 1;
export default { processes: [{ name: "a", command: "x", constructor: { polluted: 1 }, env: { toString: "1", valueOf: "2" } }] };
throw new Error("ran"); process.exit(3);`;
  const imported = read(code);
  expect(errorsOf(imported)).toEqual([]);
  expect(imported.templates[0]?.env).toEqual({ toString: "1", valueOf: "2" });
  expect("polluted" in {}).toBe(false);
});

const leaf = fc.constantFrom(
  "1",
  "'a'",
  "x",
  "f()",
  "process.env.A",
  "/a/g",
  "null",
  "undefined",
  "manager",
  "`${x}`",
  "() => 1",
  "-x",
  "[,]",
);
interface Syntax {
  readonly node: string;
}
const { node } = fc.letrec<Syntax>((tie) => {
  const key = fc.constantFrom(
    "name",
    "command",
    "args",
    "env",
    "healthCheck",
    "type",
    "processes",
    "['k']",
    "__proto__",
    "...x, z",
    "get g() { return 1 }, y",
  );
  const some = <T>(unit: fc.Arbitrary<T>) => fc.array(unit, { maxLength: 4 });
  return {
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      some(tie("node")).map((items) => `[${items.join(", ")}]`),
      some(fc.tuple(key, tie("node"))).map(
        (members) => `({ ${members.map(([name, value]) => `${name}: ${value}`).join(", ")} })`,
      ),
      fc
        .tuple(tie("node"), fc.constantFrom("+", "*", "??", "&&"), tie("node"))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(tie("node"), fc.constantFrom(".a", "[0]", "!", " as T", "?.b", "()"))
        .map(([value, end]) => `(${value})${end}`),
    ),
  };
});

test("whatever a program says, it is answered", () => {
  const around = fc.constantFrom(
    "manager.start(@)",
    "export default @",
    "const x = @; manager.start(x)",
    "m.startProcess(@)",
    "defineConfig(@)",
    "for (const x of @) manager.start(x)",
  );
  fc.assert(
    fc.property(around, node, (program, value) => {
      const imported = read(program.replace("@", () => value));
      expect(imported.templates.length + imported.errors.length).toBeGreaterThan(0);
      for (const error of errorsOf(imported)) expect(error).not.toMatch(/\[object|complaint/);
      for (const { line, field } of imported.report)
        expect([line === undefined, field.includes("complaint")]).toEqual([false, false]);
    }),
    { numRuns: 500 },
  );
});

test("whatever a text is, it is answered", () => {
  const token = fc.constantFrom(
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "'",
    "`",
    "${",
    "/",
    "<",
    "=>",
    "async ",
    "await ",
    "const ",
    "a",
    "=",
    ",",
    ";",
    "import ",
    "\n",
    "@",
    "#",
    "\\",
  );
  fc.assert(
    fc.property(fc.string({ unit: token, maxLength: 30 }), fc.constantFrom("p.ts", "p.tsx", "p.cts"), (text, file) => {
      expect(read(text, file).errors.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
