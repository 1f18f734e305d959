import { existsSync, readFileSync } from "node:fs";

// Adds up vitest's JSON reports. Each argument is FILE=EXITCODE: a run that failed counts as a failure, even when no
// single test did (something was left behind, a file could not be loaded, nothing ran at all).
let passed = 0;
let failed = 0;
let skipped = 0;
for (const argument of process.argv.slice(2)) {
  const [file, status] = argument.split("=");
  const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  passed += report.numPassedTests ?? 0;
  skipped += (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  failed += Math.max(report.numFailedTests ?? 0, status === "0" ? 0 : 1);
}
if (passed === 0) failed = Math.max(failed, 1);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
