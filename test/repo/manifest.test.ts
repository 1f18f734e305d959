import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, run } from "./run.js";

const read = (file: string) =>
  JSON.parse(readFileSync(join(root, file), "utf8")) as Record<string, Record<string, unknown>>;

test("the lock file names no registry", () => {
  expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toContain('"resolved": "http');
});

test("vitest and its coverage package are pinned to one version", () => {
  const dev = read("package.json")["devDependencies"] ?? {};
  expect(dev["vitest"]).toMatch(/^\d+\.\d+\.\d+$/);
  expect(dev["@vitest/coverage-v8"]).toBe(dev["vitest"]);
});

test("every package entry can be found from the sources, too, when types are checked", () => {
  const paths = read("tsconfig.json")["compilerOptions"]?.["paths"] as Record<string, string[]>;
  const entries = Object.keys(read("package.json")["exports"] ?? {}).filter((entry) => !entry.endsWith(".json"));
  expect(Object.keys(paths)).toEqual(entries.map((entry) => `drover${entry.slice(1)}`));
});

test("no dependency has an install script", () => {
  const { packages = {} } = read("package-lock.json") as { packages?: Record<string, Record<string, unknown>> };
  const scripted = Object.entries(packages).filter(
    ([, entry]) => entry["hasInstallScript"] === true && entry["dev"] !== true,
  );
  expect(scripted.map(([path]) => path)).toEqual([]);
});

test("the lock file has the binaries of every platform, without which npm ci rejects it", async () => {
  const { stderr, status } = await run(process.execPath, ["scripts/complete-lock.js", "--check"]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
});
