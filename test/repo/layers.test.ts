import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root, run } from "./run.js";
import { tempDir } from "./temp-dir.js";

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** For each rule one file of src that breaks it, and the module it must not import. */
const cases: Readonly<Record<string, { readonly file: string; readonly imports: string }>> = {
  "layer-errors": { file: "errors.ts", imports: "./units/stand-in.js" },
  "layer-gen": { file: "gen/breaks.ts", imports: "../units/stand-in.js" },
  "layer-units": { file: "units/breaks.ts", imports: "../os/stand-in.js" },
  "layer-os": { file: "os/breaks.ts", imports: "../template/stand-in.js" },
  "layer-os-node": { file: "os/node/breaks.ts", imports: "../../process/stand-in.js" },
  "layer-concerns": { file: "restart/breaks.ts", imports: "../health/stand-in.js" },
  "layer-template": { file: "template/breaks.ts", imports: "../process/stand-in.js" },
  "layer-process": { file: "process/breaks.ts", imports: "../supervise/stand-in.js" },
  "layer-supervise": { file: "supervise/breaks.ts", imports: "../manager/stand-in.js" },
  "layer-manager": { file: "manager/breaks.ts", imports: "../formats/stand-in.js" },
  "layer-formats": { file: "formats/breaks.ts", imports: "../api/stand-in.js" },
  "layer-api": { file: "api/breaks.ts", imports: "../monitor/stand-in.js" },
  "layer-screens": { file: "proxy/breaks.ts", imports: "../monitor/stand-in.js" },
  "layer-roots": { file: "breaks-roots.ts", imports: "./testing/stand-in.js" },
  "layer-testing": { file: "testing/breaks.ts", imports: "../process/stand-in.js" },
  "no-circular": { file: "units/breaks-circular.ts", imports: "./breaks-circular.js" },
  "no-inner-index": { file: "process/breaks-barrel.ts", imports: "./index.js" },
  "no-inner-import-of-entry": { file: "api/breaks-entry.ts", imports: "./index.js" },
  "ports-not-adapters": { file: "process/breaks-ports.ts", imports: "../os/node/stand-in.js" },
  "only-os-node-spawns": { file: "manager/breaks-spawns.ts", imports: "node:child_process" },
  "gen-only-from-template": { file: "process/breaks-gen.ts", imports: "../gen/stand-in.js" },
  "chokidar-only-in-reload": { file: "health/breaks-chokidar.ts", imports: "chokidar" },
  "monitor-not-manager": { file: "monitor/breaks.ts", imports: "../manager/stand-in.js" },
  "nothing-imports-the-cli": { file: "breaks-cli.ts", imports: "./cli/stand-in.js" },
  "nothing-imports-testing": { file: "manager/breaks-testing.ts", imports: "../testing/stand-in.js" },
  "not-to-dev-dep": { file: "units/breaks-dev.ts", imports: "vitest" },
  "not-to-unresolvable": { file: "units/breaks-unresolvable.ts", imports: "./nowhere.js" },
  "not-to-test": { file: "units/breaks-test.ts", imports: "../../test/stand-in.js" },
};

/** More ways around a rule than its first case. */
const detours: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ["only-os-node-spawns", "cli/detour-spawn.ts", "child_process"],
  ["only-os-node-spawns", "process/detour-ps-list.ts", "ps-list"],
  ["only-os-node-spawns", "watch/detour-pidusage.ts", "pidusage"],
  ["gen-only-from-template", "cli/detour-protobufjs.ts", "protobufjs"],
  ["gen-only-from-template", "units/detour-protobufjs.ts", "protobufjs/ext/protojson.js"],
  ["ports-not-adapters", "testing/detour-adapter.ts", "../os/node/stand-in.js"],
  ["ports-not-adapters", "os/detour-adapter.ts", "./node/stand-in.js"],
  ["ports-not-adapters", "manager/detour-adapter.ts", "../os/node/stand-in.js"],
];

const permitted: readonly (readonly [file: string, imports: string])[] = [
  ["cli/permitted.ts", "../os/node/stand-in.js"],
  ["permitted-root.ts", "./os/node/stand-in.js"],
  ["os/node/permitted.ts", "node:child_process"],
  ["template/permitted.ts", "../gen/stand-in.js"],
  ["reload/permitted.ts", "chokidar"],
  ["monitor/permitted.ts", "../api/stand-in.js"],
  ["api/permitted.ts", "../manager/stand-in.js"],
];

const folders = [
  ...[
    "gen",
    "units",
    "os",
    "os/node",
    "restart",
    "health",
    "watch",
    "logs",
    "reload",
    "limits",
    "schedule",
    "template",
  ],
  ...["process", "supervise", "manager", "formats", "api", "monitor", "proxy", "cli", "testing"],
];

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Copies src, adds the files of the tables above, and returns what dependency-cruiser says of it. */
async function cruiseBrokenCopy(): Promise<readonly Violation[]> {
  using dir = tempDir();
  const at = (...parts: string[]) => join(dir.path, ...parts);
  cpSync(join(root, "src"), at("src"), { recursive: true });
  for (const file of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs"]) cpSync(join(root, file), at(file));
  symlinkSync(join(root, "node_modules"), at("node_modules"));
  write(at("test/stand-in.ts"), "export const standIn = 1;\n");
  for (const folder of folders) write(at("src", folder, "stand-in.ts"), "export const standIn = 1;\n");
  for (const folder of ["process", "api"]) write(at("src", folder, "index.ts"), 'export * from "./stand-in.js";\n');
  const additions = [...Object.values(cases), ...detours.map(([, file, imports]) => ({ file, imports }))];
  for (const { file, imports } of [...additions, ...permitted.map(([f, i]) => ({ file: f, imports: i }))]) {
    mkdirSync(dirname(at("src", file)), { recursive: true });
    appendFileSync(at("src", file), `\nimport "${imports}";\n`);
  }
  write(at("src/units/forgotten.ts"), "export const forgotten = 1;\n");
  const depcruise = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [depcruise, "src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"];
  const { stdout } = await run(process.execPath, args, { cwd: dir.path, timeoutMs: 120_000 });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe("the rules of the house", () => {
  let violations: readonly Violation[];
  const rulesBrokenBy = (file: string) =>
    violations.filter(({ from }) => from === `src/${file}`).map((v) => v.rule.name);

  beforeAll(async () => {
    violations = await cruiseBrokenCopy();
  }, 150_000);

  test.for(Object.entries(cases))("%s is red when it is broken", ([rule, { file }]) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.for(detours)("%s is red in %s that imports %s", ([rule, file]) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test("no-orphans is red for a file that nobody imports and that imports nothing", () => {
    expect(rulesBrokenBy("units/forgotten.ts")).toEqual(["no-orphans"]);
  });

  test.for(permitted)("%s may import %s", ([file]) => {
    // chokidar may not be installed yet: what is tested here is who may import it.
    expect(rulesBrokenBy(file).filter((rule) => !rule.startsWith("not-to-"))).toEqual([]);
  });

  test("each rule of the configuration has a case here", () => {
    const config = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as { forbidden: { name: string }[] };
    expect(config.forbidden.map(({ name }) => name).sort()).toEqual([...Object.keys(cases), "no-orphans"].sort());
  });
});
