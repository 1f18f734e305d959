import { expect, test } from "vitest";
import { interpretScript } from "../../src/health/interpret-script.js";

test.each([
  ["node", ["node", "-e", "TEXT"]],
  ["/opt/node/bin/node", ["/opt/node/bin/node", "-e", "TEXT"]],
  ["bun", ["bun", "-e", "TEXT"]],
  ["/app/.venv/bin/python", ["/app/.venv/bin/python", "-c", "TEXT"]],
  ["python3", ["python3", "-c", "TEXT"]],
  ["/usr/bin/python3.11", ["/usr/bin/python3.11", "-c", "TEXT"]],
  ["/bin/bash", ["/bin/bash", "-c", "TEXT"]],
  ["perl", ["perl", "-e", "TEXT"]],
  ["ruby3.1", ["ruby3.1", "-e", "TEXT"]],
  ["/opt/own-engine", ["/bin/sh", "-c", "TEXT"]],
  ["", ["/bin/sh", "-c", "TEXT"]],
  ["toString", ["/bin/sh", "-c", "TEXT"]],
])("a script of %j runs as %j", (file, expected) => {
  const run = interpretScript("TEXT", { file, args: [] });
  expect([run.file, ...run.args]).toEqual(expected);
});

test("the arguments of the interpreter stand before the script", () => {
  expect(interpretScript("TEXT", { file: "node", args: ["--no-warnings"] })).toEqual({
    file: "node",
    args: ["--no-warnings", "-e", "TEXT"],
  });
});

test("without an interpreter the shell runs it", () => {
  expect(interpretScript("TEXT")).toEqual({ file: "/bin/sh", args: ["-c", "TEXT"] });
});
