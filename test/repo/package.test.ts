import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Outcome, root, run } from "./run.js";
import { tempDir } from "./temp-dir.js";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const entries = Object.keys(manifest.exports)
  .filter((entry) => !entry.endsWith(".json"))
  .map((entry) => manifest.name + entry.slice(1));

/** What `npm test` tells npm about this repository must not reach the npm that works in the empty project. */
const withoutNpm = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith("npm_") || name === "INIT_CWD")
    .map((name) => [name, undefined]),
);

async function succeed(file: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const outcome = await run(file, args, { cwd, env: withoutNpm, timeoutMs: 120_000 });
  if (outcome.status !== 0) throw new Error(`${file} ${args.join(" ")}: ${JSON.stringify(outcome, undefined, 1)}`);
  return outcome;
}

describe("the package, installed into an empty project", () => {
  const dir = tempDir();
  const project = join(dir.path, "project");
  let files: readonly string[] = [];

  beforeAll(async () => {
    // Without prepack: a build now would rewrite dist under other tests.
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", dir.path];
    const { stdout } = await succeed("npm", pack, root);
    const [tarball] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    files = tarball?.files.map(({ path }) => path) ?? [];
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "name": "host", "private": true, "type": "module" }\n');
    const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", join(dir.path, tarball?.filename ?? "")];
    await succeed("npm", install, project);
  }, 240_000);

  afterAll(() => rmSync(dir.path, { recursive: true, force: true }));

  test("holds the program, the schema, the templates and the papers, and nothing else", () => {
    const expected = [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "completions",
      "dist",
      "package.json",
      "proto",
      "templates",
    ];
    expect([...new Set(files.map((path) => path.split("/")[0]))].sort()).toEqual(expected);
    expect(files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  });

  test.for(entries)("%s can be imported", async (entry) => {
    const program = `console.log(Object.keys(await import("${entry}")).length)`;
    const { stdout } = await succeed(process.execPath, ["--input-type=module", "--eval", program], project);
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  test("its types resolve, and are themselves without errors", async () => {
    const imports = entries.map((entry, index) => `export * as entry${index} from "${entry}";\n`);
    writeFileSync(join(project, "program.ts"), imports.join(""));
    const tsc = [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--exactOptionalPropertyTypes"];
    const target = ["--module", "nodenext", "--target", "es2022", "--lib", "es2023,esnext.disposable"];
    const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
    const { stdout } = await run(process.execPath, [...tsc, ...target, ...types, "program.ts"], { cwd: project });
    expect(stdout).toBe("");
  });

  test("npx drover --help explains the commands", async () => {
    const { stdout } = await succeed("npx", ["--no-install", "drover", "--help"], project);
    expect(stdout).toContain("Usage: drover");
  });

  test("npx drover --version says the version of the package", async () => {
    const { stdout } = await succeed("npx", ["--no-install", "drover", "--version"], project);
    expect(stdout.trim()).toBe(manifest.version);
  });
});
