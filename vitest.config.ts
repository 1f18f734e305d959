import { defineConfig } from "vitest/config";

/** Folders whose tests start real processes: they get the cores for themselves after the pure ones. */
const real = [
  "os",
  "process",
  "health",
  "limits",
  "watch",
  "logs",
  "reload",
  "supervise",
  "manager",
  "api",
  "cli",
  "e2e",
  "faults",
  "formats-real",
].map((folder) => `test/${folder}/**/*.test.ts`);
/** Tests that need the machine for themselves, such as those that wait for a certain PID to be given out again. */
const alone = ["test/**/*.alone.test.ts"];
const repo = ["test/repo/**/*.test.ts"];
const docs = ["test/repo/docs/**/*.test.ts", "test/examples/**/*.test.ts"];

/** Tests that take long for what they say about Node: `.ci/run` leaves them out where they have run on another version. */
const long =
  process.env["DROVER_WITHOUT_LONG_TESTS"] === undefined
    ? []
    : [
        "test/faults/random-death.test.ts",
        "test/logs/torture.test.ts",
        "test/cli/flood.test.ts",
        "test/bench/**/*.test.ts",
        "test/e2e/**/*.test.ts",
      ];

const project = (name: string, groupOrder: number, include: string[], exclude: string[], maxWorkers: number) => ({
  extends: true as const,
  test: { name, include, exclude: ["**/fixtures/**", ...long, ...exclude], maxWorkers, sequence: { groupOrder } },
});

/** Where `.ci/run` wants the results as JSON, to count them. */
const report = process.env["DROVER_TEST_REPORT"];

export default defineConfig({
  test: {
    pool: "forks",
    // They only bound a hang: on a slow and busy machine a dozen programs one after the other take half a minute.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    // Only bounds a hang: what is polled for may wait for a program, and one takes seconds to start on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    sequence: { shuffle: { files: true, tests: true } },
    globalSetup: ["test/global-setup.ts"],
    setupFiles: ["test/global-handles.ts"],
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/gen/**"],
      reporter: ["text-summary", "html", "json-summary"],
    },
    projects: [
      project("unit", 0, ["test/**/*.test.ts"], [...real, ...alone, ...repo, ...docs], 2),
      project("real", 1, real, alone, 2),
      project("alone", 2, alone, [], 1),
      project("repo", 3, repo, docs, 1),
      project("docs", 4, docs, [], 1),
    ],
  },
});
