import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

// Compiles src into dist in place: a program that runs from dist meanwhile never finds it empty.
const tsc = join("node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

// Not TypeScript, and needed beside it.
for (const file of ["cli/init.sh"]) copyFileSync(join("src", file), join("dist", file));

// What lost its source must not be published.
for (const file of readdirSync("dist", { recursive: true })) {
  const source = join("src", file.replace(/(\.d\.ts|\.js)$/, ".ts"));
  if (!existsSync(source)) rmSync(join("dist", file), { recursive: true, force: true });
}
