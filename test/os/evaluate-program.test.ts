import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluateProgram } from "../../src/os/node/evaluate-program.js";
import { tempDir } from "../repo/temp-dir.js";

async function evaluate(text: string, file = "a.config.cjs", timeoutMs?: number) {
  using dir = tempDir();
  writeFileSync(join(dir.path, file), text);
  const evaluated = await evaluateProgram(join(dir.path, file), timeoutMs);
  return { ...evaluated, hasWritten: existsSync(join(dir.path, "written")) };
}

test.each([
  ["a.cjs", "module.exports = { apps: [{ name: require('node:path').basename(__filename), watch: () => 1 }] }"],
  ["a.js", "console.log('{}'); console.error('noise'); exports.apps = [{ name: 'a.js' }]"],
  ["a.mjs", "export default { apps: [{ name: await Promise.resolve('a.mjs') }] }"],
  ["b c?#%.mjs", "export const apps = [{ name: 'b c?#%.mjs' }]"],
  ["p.mjs", "export default Promise.resolve({ apps: [{ name: 'p.mjs' }] })"],
  ["t.cjs", "exports.__esModule = true; exports.default = { apps: [{ name: 't.cjs' }] }"],
])("%s is told by what it exports", async (file, text) => {
  expect(await evaluate(text, file)).toMatchObject({ value: { apps: [{ name: file }] } });
});

test.each([
  ["require('node:fs').writeFileSync(__dirname + '/written', '')", /^wants to write to \/.*written, and may only read/],
  ["require('node:child_process').execSync('touch written')", /^wants to start a program, and may only read/],
  ["new (require('node:worker_threads').Worker)('1', { eval: true })", /^wants to start a thread, and may only read/],
  ["process.exit(3)", /^ended with 3 before it had exported anything/],
  ["throw new Error('no luck')", /^fails: no luck$/],
  ["module.exports = {", /^fails: Unexpected end of input/],
  ["module.exports = () => 1", /^exports a function; expected an object/],
  ["process.send({ text: 'no data' })", /^answers in place of drover's own words/],
  ["process.send({ text: 5, problem: 7, denied: {}, resource: 1 })", /^exports nothing/],
  ["process.send('x')", /^exports nothing/],
  ["const a = {}; a.a = a; module.exports = a", /^fails: .*circular/],
  ["module.exports = { x: 'x'.repeat(2e6) }", /^exports more than 1 MiB/],
  ["require('./none.json')", /^fails: Cannot find module '\.\/none\.json'/],
])("%s is told, and does nothing", async (text, problem) => {
  const { hasWritten, ...told } = await evaluate(text);
  expect(hasWritten).toBe(false);
  expect("problem" in told ? told.problem : JSON.stringify(told)).toMatch(problem);
});

test("a program that never ends is ended", async () => {
  const told = await evaluate("for (;;);", "a.cjs", 500);
  expect(told).toMatchObject({ problem: "had not ended after 0.5 s" });
});

test("what NODE_OPTIONS allows is not allowed", async () => {
  process.env["NODE_OPTIONS"] = "--allow-child-process";
  try {
    expect(await evaluate("require('node:child_process').execSync('true')")).toMatchObject({
      problem: expect.stringContaining("wants to start a program"),
    });
  } finally {
    delete process.env["NODE_OPTIONS"];
  }
});

test("what JSON has no word for is not left out", async () => {
  const told = await evaluate(
    "module.exports = { a: Infinity, b: NaN, c: 10n, d: 2n ** 64n, e: () => 1, f: Symbol('f'), g: undefined }",
  );
  const value = expect.any(Function) as unknown;
  expect(told).toMatchObject({
    value: { a: Infinity, b: NaN, c: 10, d: "18446744073709551616", e: value, f: expect.any(Symbol) as unknown },
  });
  expect("value" in told && Object.keys(told.value as object)).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test.each([
  ["a.cjs", "\n\nmodule.exports = {,}", { line: 3 }],
  ["a.mjs", "\n\n  throw new Error('no luck')", { line: 3, column: 9 }],
  ["a.cjs", "\nconst f = () => {\n  null.x;\n};\nf();", { line: 3, column: 8 }],
])("%s tells where it fails", async (file, text, place) => {
  expect(await evaluate(text, file)).toMatchObject(place);
});
