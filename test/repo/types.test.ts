import { readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { root } from "./run.js";

/** The compiler's words about files of a folder, under the flags of tsconfig.json. */
function compile(folder: string): readonly string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const include = [`${folder}/*.types.ts`, "src/**/*.d.ts"];
  const { options, fileNames } = ts.parseJsonConfigFileContent({ ...config, include, exclude: [] }, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("what must not compile does not, and what must does", { timeout: 60_000 }, () => {
  expect(readdirSync(join(root, "test/types"))).not.toEqual([]);
  expect(compile("test/types")).toEqual([]);
});

test("an expected error that is none is found", { timeout: 60_000 }, () => {
  expect(compile("test/repo/fixtures/types")).toEqual([expect.stringContaining("Unused '@ts-expect-error' directive")]);
});
