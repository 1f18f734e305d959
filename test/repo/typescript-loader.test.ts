import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run } from "./run.js";

test("a TypeScript program runs, with its TypeScript imports, drover by name, and await using", async () => {
  const program = join(root, "test/repo/fixtures/typescript/program.ts");
  const { stdout, stderr, status } = await run(process.execPath, [
    "--import",
    "./scripts/typescript-loader.js",
    program,
  ]);
  expect({ stdout, status }, stderr).toEqual({ stdout: "ABORTED, released\n", status: 0 });
});
