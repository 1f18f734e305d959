import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { tempDir } from "../repo/temp-dir.js";
import { type FakeFleet, fleetOf, readiness, type Templates } from "./fake-fleet.js";

const on = (name: string, condition: "READY" | "SUCCEEDED" = "READY") => ({ dependsOn: [{ name, condition }] });
const fails: FakeProgram = (self) => self.end(1);

interface Case {
  readonly templates: Templates;
  readonly programs?: Readonly<Record<string, FakeProgram>>;
  /** How it comes to be as it is. */
  readonly act?: (fleet: FakeFleet) => Promise<unknown>;
  readonly afterMs?: number;
  readonly summary: string | RegExp;
}

const start = (fleet: FakeFleet): Promise<unknown> => {
  const started = fleet.process("web").start();
  started.catch(() => undefined);
  return fleet.os.clock.advance(10);
};

const cases: Readonly<Record<string, Case>> = {
  "was never started": {
    templates: { web: {} },
    summary: "web does not run: nobody has started it, and it is not marked runOnStartup.",
  },
  "is disabled": {
    templates: { web: { enabled: false, runOnStartup: true } },
    summary: "web does not run: its template says enabled: false.",
  },
  "was stopped": {
    templates: { web: { runOnStartup: true } },
    act: (fleet) => fleet.process("web").stopAndWait(),
    afterMs: 5000,
    summary: "web does not run: it was stopped 5s ago, and stays so until it is started.",
  },
  "waits for a dependency": {
    templates: { web: on("db"), db: { readiness: readiness("db") } },
    act: start,
    afterMs: 1000,
    summary: "web is being started, and waits for db to be ready.",
  },
  "waits for several": {
    templates: {
      web: { dependsOn: [{ name: "db" }, { name: "job", condition: "SUCCEEDED" }] },
      db: { readiness: readiness("db") },
      job: {},
    },
    act: start,
    afterMs: 1000,
    summary: "web is being started, and waits for db to be ready and for job to end with a success.",
  },
  "has lost its dependency before it ran": {
    templates: { web: on("db"), db: { command: "missing" } },
    act: start,
    summary:
      'web does not run: it depends on db (READY), which has failed: db: cannot start "missing": no such program; whoever started it was told. Start it to try again.',
  },
  "runs, and is not ready": {
    templates: { web: { readiness: readiness("web") } },
    act: start,
    afterMs: 1000,
    summary: "web runs as PID 1000, but is not ready: its readiness check failed: exit code 1.",
  },
  "runs, and was not asked whether it is ready yet": {
    templates: { web: { readiness: { exec: { command: "hangs" } } } },
    programs: { hangs: () => undefined },
    act: start,
    summary: "web runs as PID 1000, but is not ready: its readiness check has not succeeded yet.",
  },
  "waits for its next restart": {
    templates: { web: { runOnStartup: true, restart: { mode: "ON_FAILURE", maxRestarts: 5 } } },
    programs: { web: fails },
    afterMs: 1500,
    summary: "web does not run: ended with exit code 1; restart 2 of 5 in 2s (1.5s left).",
  },
  "was given up": {
    templates: { web: { runOnStartup: true, restart: { mode: "ON_FAILURE", maxRestarts: 1 } } },
    programs: { web: fails },
    afterMs: 10_000,
    summary: "web does not run: ended with exit code 1; gave up after 1 restart in a row. Start it to try again.",
  },
  "was given up for some time": {
    templates: {
      web: { runOnStartup: true, restart: { mode: "ON_FAILURE", maxRestarts: 0, retryAfterGivingUp: "1m" } },
    },
    programs: { web: fails },
    afterMs: 10_000,
    summary: "web does not run: ended with exit code 1; gave up after 0 restarts in a row. It is tried again in 50s.",
  },
  "has done its work": {
    templates: { web: { runOnStartup: true, restart: { mode: "ON_FAILURE" } } },
    programs: { web: (self) => self.end(0) },
    afterMs: 10,
    summary: "web does not run: ended with exit code 0; that is a success, and its restart mode is ON_FAILURE.",
  },
  "could not be started": {
    templates: { web: { runOnStartup: true, command: "missing" } },
    afterMs: 10,
    summary: 'web does not run: cannot start "missing": no such program; its restart mode is NEVER.',
  },
  runs: {
    templates: { web: { runOnStartup: true } },
    summary: "web runs as PID 1000.",
  },
  "is healthy": {
    templates: { web: { runOnStartup: true, liveness: readiness("web") } },
    act: (fleet) => Promise.resolve(fleet.ready.add("web")),
    afterMs: 5000,
    summary: "web runs as PID 1000 and is healthy.",
  },
  "is unhealthy, and on its way down": {
    templates: {
      web: { runOnStartup: true, liveness: { exec: { command: "is-ready" }, interval: "100ms", failureThreshold: 1 } },
    },
    programs: { web: (self) => self.onSignal("SIGTERM") },
    afterMs: 2000,
    summary: "web is being stopped, to be started again: its liveness check failed once: exit code 1.",
  },
  "is being stopped": {
    templates: { web: { runOnStartup: true } },
    programs: { web: (self) => self.onSignal("SIGTERM") },
    act: (fleet) => fleet.process("web").stop(),
    summary: "web is being stopped.",
  },
  "is a job": {
    templates: { web: { runOnStartup: true, schedule: { cron: "0 * * * *" } } },
    afterMs: 60_000,
    summary: "web is a job that waits for its next time, in 59m.",
  },
};

describe("the summary of a process that", () => {
  test.each(Object.entries(cases))("%s", async (_what, { templates, programs, act, afterMs = 0, summary }) => {
    await using fleet = await fleetOf(templates, programs);
    await act?.(fleet);
    await fleet.os.clock.advance(afterMs);
    expect(fleet.manager.explain("web").summary).toEqual(summary);
  });
});

describe("an explanation", () => {
  const factsOf = (fleet: FakeFleet): Readonly<Record<string, string>> =>
    Object.fromEntries(fleet.manager.explain("web").facts);

  test("holds the attempt, the last crash and its last words, and what was decided", async () => {
    const restart = { mode: "ON_FAILURE" } as const;
    await using fleet = await fleetOf(
      { web: { restart } },
      {
        web: (self) => {
          self.write("stderr", "no database\n");
          fleet.os.clock.schedule(() => self.end(1), 400);
        },
      },
    );
    await fleet.process("web").start();
    await fleet.os.clock.advance(2000);
    await fleet.until(() => fleet.process("web").lastCrash !== undefined);
    expect(factsOf(fleet)).toMatchObject({
      desired: "up",
      lifecycle: "exited (terminated)",
      "last exit": "exit code 1, exited, 200ms ago",
      "restart policy": "ON_FAILURE, any number of restarts",
      "restarts in a row": "1",
      "next restart": "in 1.8s",
      "last crash": "200ms ago, up for 400ms: exit code 1",
      "decided then": "ended with exit code 1; restart 2 in 2s",
    });
  });

  test("names what a process waits for, also what is not there", async () => {
    await using fleet = await fleetOf({ web: { dependsOn: [{ name: "db" }, { name: "nobody" }] }, db: {} });
    expect(factsOf(fleet)["waits for"]).toBe("db to be ready, nobody, of which there is no process");
  });

  test("tells what the checks have found", async () => {
    await using fleet = await fleetOf({ web: { runOnStartup: true, readiness: readiness("web") } });
    await fleet.os.clock.advance(1000);
    expect(factsOf(fleet)["readiness"]).toMatch(
      /^\w+ after \d+ checks, \d+ failed in a row; last failure: exit code 1$/,
    );
    expect(factsOf(fleet)["health"]).toMatch(/not ready$/);
  });

  test("of a process stopped under an earlier manager says so", async () => {
    using dir = tempDir();
    const stateDir = join(dir.path, "state");
    const first = await fleetOf({ web: { runOnStartup: true } }, {}, { stateDir });
    await first.process("web").stopAndWait();
    await first[Symbol.asyncDispose]();
    await using second = await fleetOf({ web: { runOnStartup: true } }, {}, { stateDir });
    expect(second.manager.explain("web").summary).toBe(
      "web does not run: it was stopped, and stays so until it is started.",
    );
  });

  test("of what is unknown is refused", async () => {
    await using fleet = await fleetOf({ web: {} });
    expect(() => fleet.manager.explain("wbe")).toThrow(/there is no process named "wbe"; did you mean "web"\?/);
  });
});
