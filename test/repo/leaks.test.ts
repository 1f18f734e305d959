import { join } from "node:path";
import { expect, test } from "vitest";
import { type Outcome, root, run } from "./run.js";

/** Runs one fixture the way the whole suite is run, with the same setup files. */
function runFixture(name: string): Promise<Outcome> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const cwd = join(root, "test/repo/fixtures/leaks");
  return run(process.execPath, [vitest, "run", `${name}.fixture.ts`], { cwd });
}

test("a run that leaves nothing behind passes", async () => {
  const { status, stdout, stderr } = await runFixture("clean");
  expect(stderr).not.toMatch(/left|handles/);
  expect(stdout).toContain("1 passed");
  expect(status).toBe(0);
});

test.for([
  ["process", /left something behind:\n {2}process \d+: sleep 61/],
  ["stranger", /left something behind:\n {2}process \d+: \/bin\/sleep 62/],
  ["directory", /left something behind:\n {2}temporary directory: drover-test-/],
  ["child", /handles are still open after the last test: 1 × ProcessWrap/],
  ["timer", /handles are still open after the last test: 1 × Timeout/],
  ["server", /handles are still open after the last test: 1 × TCPServerWrap/],
] as const)("a run that leaves a %s behind fails and says so", async ([fixture, message]) => {
  const { status, stderr } = await runFixture(fixture);
  expect(stderr).toMatch(message);
  expect(status).toBe(1);
});
