import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "./run.js";

/** The compiler's words about files of test/types, under the flags of tsconfig.json. */
function compile(files: readonly string[]): readonly string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files }, ts.sys, root);
  const program = ts.createProgram([...files], options);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("what must not compile does not, and what must does", { timeout: 60_000 }, () => {
  const dir = join(root, "test/types");
  const files = readdirSync(dir).filter((file) => file.endsWith(".types.ts"));
  expect(files).not.toEqual([]);
  expect(compile(files.map((file) => join(dir, file)))).toEqual([]);
});
