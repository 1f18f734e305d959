import { spawnSync } from "node:child_process";
import { styleText } from "node:util";

/** Every check, cheapest first; each is a script of package.json that can be run alone. */
const all = [
  "check:format",
  "check:lint",
  "check:layers",
  "check:types",
  "check:proto",
  "check:unused",
  "build",
  "check:api",
  "check:package",
  "check:tests",
  "check:docs",
];

const tests = ["check:tests", "check:docs"];
const steps = process.argv.includes("--without-tests") ? all.filter((step) => !tests.includes(step)) : all;

for (const step of steps) {
  const startedAt = performance.now();
  console.log(styleText("bold", `\n▶ ${step}`));
  const { status } = spawnSync("npm", ["run", "--silent", step], { stdio: "inherit" });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (status !== 0) {
    console.error(styleText("red", `✗ ${step} failed after ${seconds} s; run it alone with: npm run ${step}`));
    process.exit(1);
  }
  console.log(styleText("green", `✓ ${step} ${seconds} s`));
}
console.log(styleText("green", `\nAll ${steps.length} checks passed.`));
