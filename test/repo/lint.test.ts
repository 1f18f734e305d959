import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root, run } from "./run.js";
import { tempDir } from "./temp-dir.js";

const lines = (count: number) => "// line\n".repeat(count);
const clock = "export const later = (f: () => void) => setTimeout(f, 1);\n";
const waits = 'import { setTimeout as delay } from "node:timers/promises";\nawait delay(1);\n';

interface Case {
  readonly rule: string;
  readonly file: string;
  readonly code: string;
}

const broken: readonly Case[] = [
  {
    rule: "@typescript-eslint/no-floating-promises",
    file: "src/units/floating.ts",
    code: "export function f(p: Promise<void>): void {\n  p;\n}\n",
  },
  {
    rule: "@typescript-eslint/switch-exhaustiveness-check",
    file: "src/units/inexhaustive.ts",
    code: 'export function f(x: "a" | "b"): void {\n  switch (x) {\n    case "a":\n      f("b");\n  }\n}\n',
  },
  {
    rule: "@typescript-eslint/consistent-type-imports",
    file: "src/units/value-import.ts",
    code: 'import { Stats } from "node:fs";\nexport type S = Stats;\n',
  },
  {
    rule: "@typescript-eslint/strict-boolean-expressions",
    file: "src/units/truthy.ts",
    code: "export const f = (text: string): number => (text ? 1 : 2);\n",
  },
  { rule: "max-lines", file: "src/units/too-long.ts", code: `${lines(401)}export const x = 1;\n` },
  { rule: "drover/max-lines-reason", file: "src/units/long.ts", code: `${lines(251)}export const x = 1;\n` },
  {
    rule: "max-lines-per-function",
    file: "src/units/long-function.ts",
    code: `export function f(): void {\n${"  f();\n".repeat(61)}}\n`,
  },
  {
    rule: "complexity",
    file: "src/units/complex.ts",
    code: `export function f(x: number): number {\n${"  if (x > 1) return x;\n".repeat(10)}  return 1;\n}\n`,
  },
  {
    rule: "max-params",
    file: "src/units/params.ts",
    code: "export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;\n",
  },
  { rule: "no-restricted-globals", file: "src/process/clock.ts", code: clock },
  { rule: "no-restricted-globals", file: "src/manager/host.ts", code: "export const pid = process.pid;\n" },
  { rule: "no-restricted-globals", file: "src/os/interval.ts", code: "export const x = globalThis.setInterval;\n" },
  { rule: "no-restricted-globals", file: "src/api/immediate.ts", code: "export const x = setImmediate;\n" },
  { rule: "no-restricted-globals", file: "src/index.ts", code: 'console.log("loud");\n' },
  { rule: "no-restricted-imports", file: "src/process/host.ts", code: 'export { pid } from "node:process";\n' },
  { rule: "no-restricted-imports", file: "src/watch/clock.ts", code: waits },
  { rule: "no-restricted-properties", file: "src/restart/jitter.ts", code: "export const x = Math.random();\n" },
  { rule: "no-restricted-properties", file: "src/cli/kill.ts", code: 'process.kill(1, "SIGTERM");\n' },
  { rule: "no-restricted-imports", file: "test/process/sleeps.test.ts", code: waits },
  {
    rule: "no-restricted-syntax",
    file: "test/process/title.test.ts",
    code: 'import { test } from "vitest";\ntest("it should work", () => undefined);\n',
  },
  { rule: "drover/banned-names", file: "src/units/utils.ts", code: "export const x = 1;\n" },
  { rule: "drover/banned-names", file: "src/helpers/one.ts", code: "export const x = 1;\n" },
  { rule: "drover/banned-names", file: "src/units/banned-export.ts", code: "export const data = 1;\n" },
  { rule: "drover/banned-names", file: "src/units/banned-alias.ts", code: "const x = 1;\nexport { x as info };\n" },
  { rule: "drover/banned-names", file: "test/process/misc.test.ts", code: "export const x = 1;\n" },
];

const clean: readonly Omit<Case, "rule">[] = [
  { file: "src/os/node/clock.ts", code: `${clock}process.kill(1, "SIGTERM");\nexport const r = Math.random();\n` },
  { file: "src/cli/print.ts", code: 'console.log("said", process.pid);\n' },
  { file: "test/e2e/waits.test.ts", code: waits },
  { file: "test/faults/waits.test.ts", code: waits },
  { file: "test/process/free.test.ts", code: 'setTimeout(() => console.log(process.pid, "x"), Math.random());\n' },
];

async function lintBrokenFiles(): Promise<Map<string, string[]>> {
  using dir = tempDir();
  for (const file of ["package.json", "tsconfig.json", "eslint.config.js", "scripts/eslint-rules.js"]) {
    cpSync(join(root, file), join(dir.path, file));
  }
  symlinkSync(join(root, "node_modules"), join(dir.path, "node_modules"));
  for (const { file, code } of [...broken, ...clean]) {
    mkdirSync(dirname(join(dir.path, file)), { recursive: true });
    writeFileSync(join(dir.path, file), code);
  }
  const eslint = join(root, "node_modules/eslint/bin/eslint.js");
  const { stdout, stderr } = await run(process.execPath, [eslint, "--format", "json", "."], {
    cwd: dir.path,
    timeoutMs: 120_000,
  });
  if (stdout === "") throw new Error(stderr);
  const results = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string }[] }[];
  const ruleIds = ({ messages }: (typeof results)[number]) => messages.map(({ ruleId }) => ruleId);
  return new Map(results.map((result) => [result.filePath.slice(dir.path.length + 1), ruleIds(result)]));
}

describe("the linter", () => {
  let found: Map<string, string[]>;

  beforeAll(async () => {
    found = await lintBrokenFiles();
  }, 150_000);

  test.for(broken)("$rule is red in $file", ({ rule, file }) => {
    expect(found.get(file)).toContain(rule);
  });

  test.for(clean)("$file is clean", ({ file }) => {
    expect(found.get(file)).toEqual([]);
  });
});
