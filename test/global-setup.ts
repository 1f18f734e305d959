import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeLeftovers, findLeftovers, stopLeftovers } from "./global-leftovers.js";

/**
 * Marks everything this run starts (environment) and gives it a temporary directory of its own,
 * so that runs at the same time do not see each other, and proves at the end that nothing is left.
 * Vitest calls this once a project; only the first call of a run counts.
 */
export default function setup(): (() => Promise<void>) | undefined {
  if (process.env["DROVER_TEST_HOST"] === String(process.pid)) return undefined;
  const token = randomUUID();
  const dir = mkdtempSync(join(tmpdir(), "drover-run-"));
  Object.assign(process.env, { DROVER_TEST_HOST: String(process.pid), DROVER_TEST_RUN: token, TMPDIR: dir });

  return async () => {
    const leftovers = await findLeftovers({ token, dir, host: process.pid });
    if (leftovers.processes.length + leftovers.entries.length > 0) {
      console.error(describeLeftovers(leftovers));
      stopLeftovers(leftovers);
      // Vitest only logs what a teardown throws.
      process.exitCode = 1;
    }
    rmSync(dir, { recursive: true, force: true });
  };
}
