import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The schema is well formed, breaks no one who has the released one, and src/gen is what it generates.
for (const file of ["buf.yaml", "buf.gen.yaml", "proto/lock.binpb"]) {
  if (!existsSync(file)) fail(`${file} is missing: the schema cannot be checked without it`);
}

buf("lint");
buf("format", "proto", "--diff", "--exit-code");
buf("breaking", "proto", "--exclude-imports", "--against", "proto/lock.binpb");

const fresh = mkdtempSync(join(tmpdir(), "drover-gen-"));
process.on("exit", () => rmSync(fresh, { recursive: true, force: true }));
buf("generate", "--output", fresh);
const differing = [...new Set([...files("src/gen"), ...files(join(fresh, "src/gen"))])].filter(
  (file) => content(join("src/gen", file)) !== content(join(fresh, "src/gen", file)),
);
if (differing.length > 0) fail(`src/gen is not what proto/ generates (${differing.join(", ")}): run npm run generate`);
console.log("proto/ is well formed, compatible with proto/lock.binpb, and src/gen is up to date");

function buf(...args) {
  const { status } = spawnSync("npx", ["--no-install", "buf", ...args], { stdio: "inherit" });
  if (status !== 0) fail(`buf ${args.join(" ")} failed`);
}

function files(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true }).filter((file) => statSync(join(dir, file)).isFile());
}

function content(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
