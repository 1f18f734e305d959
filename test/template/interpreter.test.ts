import { describe, expect, test } from "vitest";
import { resolveProgram } from "../../src/template/interpreter.js";
import type { Program } from "../../src/template/process-template.js";

const resolve = (program: Program, args: string[] = [], existing: string[] = []) =>
  resolveProgram({ program, args, cwd: "/app" }, { exists: (path) => existing.includes(path), env: {} });

const script = (name: string, interpreter = "auto"): Program => ({ kind: "script", script: name, interpreter });

test("a command is executed with its arguments as they are", () => {
  const program = { kind: "command", command: "node", shell: false } as const;
  expect(resolve(program, ["a b", "$HOME"])).toEqual({ file: "node", args: ["a b", "$HOME"] });
});

describe("a shell command", () => {
  const program = { kind: "command", command: "sort | uniq", shell: true } as const;

  test("is one line for /bin/sh", () => {
    expect(resolve(program)).toEqual({ file: "/bin/sh", args: ["-c", "sort | uniq"] });
  });

  test("gets its arguments unsplit", () => {
    expect(resolve(program, ["a b", "*"])).toEqual({
      file: "/bin/sh",
      args: ["-c", 'sort | uniq "$@"', "sh", "a b", "*"],
    });
  });
});

describe("a script is run by", () => {
  test.each([
    ["main.py", [], "python3"],
    ["main.py", ["/app/venv/bin/python"], "/app/venv/bin/python"],
    ["main.py", ["/app/venv/bin/python", "/app/.venv/bin/python"], "/app/.venv/bin/python"],
    ["main.js", [], "node"],
    ["main.mjs", [], "node"],
    ["main.cjs", [], "node"],
    ["main.ts", [], "node"],
    ["main.ts", ["/app/node_modules/.bin/ts-node"], "/app/node_modules/.bin/ts-node"],
    ["main.ts", ["/app/node_modules/.bin/ts-node", "/app/node_modules/.bin/tsx"], "/app/node_modules/.bin/tsx"],
    ["MAIN.PY", [], "python3"],
  ])("%s with %j: %s", (name, existing, file) => {
    expect(resolve(script(name), ["--x"], existing)).toEqual({ file, args: [name, "--x"] });
  });

  test("itself when its kind is not known, from the working directory instead of PATH", () => {
    expect(resolve(script("run.sh"), ["--x"])).toEqual({ file: "/app/run.sh", args: ["--x"] });
    expect(resolve(script("/opt/run"), [])).toEqual({ file: "/opt/run", args: [] });
  });

  test("the interpreter that is named", () => {
    expect(resolve(script("main.py", "pypy3"), [], ["/app/.venv/bin/python"])).toEqual({
      file: "pypy3",
      args: ["main.py"],
    });
  });
});
