import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Exit, type ExitCause, exitOf } from "../../src/os/exit.js";
import type { Signal } from "../../src/os/signal.js";
import { decideRestart, delayMs, isSuccess, type RunEnd } from "../../src/restart/decide-restart.js";
import type { Backoff, RestartMode, RestartPolicy } from "../../src/restart/restart-policy.js";

const at = new Date(0);
const documented: Backoff = { initialMs: 1000, multiplier: 2, maxMs: 30_000, jitter: 0 };
const middle = (): number => 0.5;

const policyOf = (changes: Partial<RestartPolicy> = {}): RestartPolicy => ({
  mode: "ON_FAILURE",
  maxRestarts: "unlimited",
  backoff: documented,
  resetAfterMs: 10_000,
  successExitCodes: [0],
  retryAfterGivingUpMs: "never",
  ...changes,
});

const endOf = (exit: Exit | undefined, changes: Partial<RunEnd> = {}): RunEnd => ({
  exit,
  failure: undefined,
  upMs: 0,
  isTold: false,
  ...changes,
});

const code = (value: number): Exit => exitOf(value, null, at);
const killedBy = (signal: Signal): Exit => exitOf(null, signal, at);
const because = (cause: ExitCause, exit: Exit = killedBy("SIGTERM")): Exit => ({ ...exit, cause });

const decide = (
  policy: Partial<RestartPolicy>,
  end: RunEnd,
  attempts = 0,
  { isJob = false, stopsAtLimit = false } = {},
) => decideRestart(policyOf(policy), end, { attempts, isJob, stopsAtLimit }, middle);

/** Every way a process can end, and what each restart mode makes of it. */
const ends: readonly [string, RunEnd, Readonly<Record<RestartMode, string>>][] = [
  ["exit 0", endOf(code(0)), { NEVER: "rest", ON_FAILURE: "rest", ALWAYS: "restart" }],
  ["exit 1", endOf(code(1)), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["exit 143", endOf(code(143)), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["SIGSEGV", endOf(killedBy("SIGSEGV")), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["SIGTERM of a stranger", endOf(killedBy("SIGTERM")), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["unknown", endOf(exitOf(null, null, at)), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["no process at all", endOf(undefined), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["not ready in time", endOf(because("start-timeout")), { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" }],
  [
    "not ready in time, exit 0 when told to end",
    endOf(because("start-timeout", code(0))),
    { NEVER: "rest", ON_FAILURE: "restart", ALWAYS: "restart" },
  ],
  ["unhealthy", endOf(because("unhealthy")), { NEVER: "restart", ON_FAILURE: "restart", ALWAYS: "restart" }],
  [
    "unhealthy, exit 0 when told to end",
    endOf(because("unhealthy", code(0))),
    { NEVER: "restart", ON_FAILURE: "restart", ALWAYS: "restart" },
  ],
  ["over its limits", endOf(because("over-limit")), { NEVER: "restart", ON_FAILURE: "restart", ALWAYS: "restart" }],
  ["stopped", endOf(because("stopped")), { NEVER: "rest", ON_FAILURE: "rest", ALWAYS: "rest" }],
  ["killed", endOf(because("killed")), { NEVER: "rest", ON_FAILURE: "rest", ALWAYS: "rest" }],
  ["stopped, exit 1", endOf(because("stopped", code(1))), { NEVER: "rest", ON_FAILURE: "rest", ALWAYS: "rest" }],
  ["a job that overran", endOf(because("overran")), { NEVER: "rest", ON_FAILURE: "rest", ALWAYS: "rest" }],
  [
    "a start whose caller was told",
    endOf(undefined, { isTold: true }),
    { NEVER: "give-up", ON_FAILURE: "give-up", ALWAYS: "give-up" },
  ],
  [
    "an end before ready whose caller was told",
    endOf(code(1), { isTold: true }),
    { NEVER: "give-up", ON_FAILURE: "give-up", ALWAYS: "give-up" },
  ],
];

describe("what is done when a process has ended", () => {
  const rows = ends.flatMap(([title, end, expected]) =>
    (["NEVER", "ON_FAILURE", "ALWAYS"] as const).map((mode) => [title, mode, end, expected[mode]] as const),
  );

  test.each(rows)("by %s with mode %s", (_title, mode, end, expected) => {
    const decision = decide({ mode }, end);
    expect(decision.action).toBe(expected);
    expect(decision.reason).not.toBe("");
    if (decision.action === "restart") expect(decision).toMatchObject({ afterMs: 1000, attempt: 1 });
  });

  test.each(rows)("by %s with mode %s: a job is over after a success, and else like a service", (_t, mode, end) => {
    const service = decide({ mode }, end);
    const isDone = mode === "ALWAYS" && end.exit?.cause === "exited" && end.exit.code === 0;
    expect(decide({ mode }, end, 0, { isJob: true }).action).toBe(isDone ? "rest" : service.action);
  });

  test.each<[string, RunEnd, Partial<RestartPolicy>, number, string]>([
    ["exit", endOf(code(3)), {}, 0, "ended with exit code 3; restart 1 in 1s"],
    ["signal", endOf(killedBy("SIGSEGV")), { maxRestarts: 5 }, 2, "ended with SIGSEGV; restart 3 of 5 in 4s"],
    ["success", endOf(code(0)), {}, 0, "ended with exit code 0; that is a success, and its restart mode is ON_FAILURE"],
    ["never", endOf(code(3)), { mode: "NEVER" }, 0, "ended with exit code 3; its restart mode is NEVER"],
    ["no program", endOf(undefined, { failure: "no such program" }), {}, 0, "no such program; restart 1 in 1s"],
    ["no reason known", endOf(undefined), {}, 0, "it could not be started; restart 1 in 1s"],
    [
      "at once",
      endOf(code(3)),
      { backoff: { ...documented, initialMs: 0 } },
      0,
      "ended with exit code 3; restart 1 at once",
    ],
    ["one", endOf(code(3)), { maxRestarts: 1 }, 1, "ended with exit code 3; gave up after 1 restart in a row"],
    ["several", endOf(code(3)), { maxRestarts: 7 }, 7, "ended with exit code 3; gave up after 7 restarts in a row"],
    ["stopped", endOf(because("stopped")), {}, 0, "it was stopped"],
    ["overran", endOf(because("overran"), { failure: "took over 1s" }), {}, 0, "took over 1s"],
    [
      "told",
      endOf(undefined, { failure: "no such program", isTold: true }),
      {},
      0,
      "no such program; whoever started it was told",
    ],
  ])("says why: %s", (_title, end, policy, attempts, reason) => {
    expect(decide(policy, end, attempts).reason).toBe(reason);
  });

  test("a job that has succeeded says when it is run again", () => {
    expect(decide({ mode: "ALWAYS" }, endOf(code(0)), 0, { isJob: true }).reason).toContain(
      "the job is done until its next time",
    );
  });

  test.each([
    [0, [0], true],
    [0, [], false],
    [3, [0, 3], true],
    [1, [0, 3], false],
    [143, [143], true],
  ])("exit code %i with the success codes %j is a success: %s", (value, successExitCodes, expected) => {
    expect(isSuccess(endOf(code(value)), policyOf({ successExitCodes }))).toBe(expected);
    expect(decide({ successExitCodes }, endOf(code(value))).action).toBe(expected ? "rest" : "restart");
  });

  test.each(["unhealthy", "over-limit", "start-timeout"] as const)("%s is never a success, with any code", (cause) => {
    expect(isSuccess(endOf(because(cause, code(0))), policyOf())).toBe(false);
  });
});

describe("the delay before a restart", () => {
  test("is 1, 2, 4, 8, 16, 30, 30 s by default", () => {
    const delays = [0, 1, 2, 3, 4, 5, 6].map((attempts) => decide({}, endOf(code(1)), attempts));
    expect(delays.map((decision) => decision.action === "restart" && decision.afterMs)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  test.each<[string, Partial<Backoff>, readonly number[]]>([
    ["initial 0: always at once", { initialMs: 0 }, [0, 0, 0, 0]],
    ["multiplier 1: always the same", { multiplier: 1 }, [1000, 1000, 1000, 1000]],
    ["a maximum below the first delay", { maxMs: 10 }, [10, 10, 10, 10]],
    ["a maximum of 0", { maxMs: 0 }, [0, 0, 0, 0]],
    ["a multiplier with a fraction", { multiplier: 1.5 }, [1000, 1500, 2250, 3375]],
  ])("%s", (_title, changes, expected) => {
    const backoff = { ...documented, ...changes };
    expect([1, 2, 3, 4].map((attempt) => delayMs(backoff, attempt, middle))).toEqual(expected);
  });

  test.each([2000, 1e6, Number.MAX_SAFE_INTEGER])("of attempt %i is the maximum, and 0 stays 0", (attempt) => {
    expect(delayMs(documented, attempt, middle)).toBe(30_000);
    expect(delayMs({ ...documented, initialMs: 0 }, attempt, middle)).toBe(0);
    expect(delayMs({ ...documented, multiplier: 1 }, attempt, middle)).toBe(1000);
  });

  test.each([
    [0, 0.2, 800],
    [0.5, 0.2, 1000],
    [0.999_999, 0.2, 1200],
    [0, 1, 0],
    [0.999_999, 1, 2000],
    [0, 0, 1000],
    [0.999_999, 0, 1000],
  ])("with the random number %d and jitter %d is %i ms", (random, jitter, expected) => {
    expect(delayMs({ ...documented, jitter }, 1, () => random)).toBe(expected);
  });

  test("is a whole number of milliseconds within the jitter of the exact one, for every policy", () => {
    const numbers = fc.record({
      initialMs: fc.nat(100_000),
      multiplier: fc.double({ min: 1, max: 100, noNaN: true }),
      maxMs: fc.nat(1_000_000),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      attempt: fc.integer({ min: 1, max: 5000 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(numbers, ({ attempt, random, ...backoff }) => {
        const exact = delayMs({ ...backoff, jitter: 0 }, attempt, middle);
        const delay = delayMs(backoff, attempt, () => random);
        expect(exact).toBeLessThanOrEqual(backoff.maxMs);
        expect(Number.isSafeInteger(delay) && delay >= 0).toBe(true);
        expect(Math.abs(delay - exact)).toBeLessThanOrEqual(exact * backoff.jitter + 1);
      }),
    );
  });
});

describe("the limit of restarts", () => {
  test.each([0, 1, 2, 5])("maxRestarts %i allows exactly as many in a row", (maxRestarts) => {
    let attempts = 0;
    for (let decision = decide({ maxRestarts }, endOf(code(1))); decision.action === "restart"; attempts++) {
      expect(decision.attempt).toBe(attempts + 1);
      decision = decide({ maxRestarts }, endOf(code(1)), decision.attempt);
    }
    expect(attempts).toBe(maxRestarts);
  });

  test("there is none by default", () => {
    expect(decide({}, endOf(code(1)), 1e9)).toMatchObject({ action: "restart", attempt: 1e9 + 1, afterMs: 30_000 });
  });

  test.each<[number | "never", number | undefined]>([
    ["never", undefined],
    [0, 0],
    [60_000, 60_000],
  ])("retryAfterGivingUp %s", (retryAfterGivingUpMs, retryAfterMs) => {
    const given = decide({ maxRestarts: 1, retryAfterGivingUpMs }, endOf(code(1)), 1);
    expect(given).toMatchObject({ action: "give-up", retryAfterMs });
  });

  test.each(["NEVER", "ON_FAILURE", "ALWAYS"] as const)(
    "a process whose limits say STOP stays down once it is over them, with mode %s, and is not tried again",
    (mode) => {
      const policy = { mode, retryAfterGivingUpMs: 1000 };
      const decision = decide(policy, endOf(because("over-limit")), 0, { stopsAtLimit: true });
      expect(decision).toMatchObject({ action: "give-up", retryAfterMs: undefined });
      expect(decide(policy, endOf(because("unhealthy")), 0, { stopsAtLimit: true }).action).toBe("restart");
    },
  );

  test("whoever was told decides: it is not tried again by itself", () => {
    const end = endOf(undefined, { isTold: true });
    expect(decide({ retryAfterGivingUpMs: 1000 }, end)).toMatchObject({ action: "give-up", retryAfterMs: undefined });
  });

  test.each([
    [9999, 4],
    [10_000, 1],
    [1e9, 1],
  ])("after %i ms of being up the next restart is number %i in its row", (upMs, attempt) => {
    expect(decide({}, endOf(code(1), { upMs }), 3)).toMatchObject({ attempt });
    expect(decide({}, endOf(because("unhealthy"), { upMs }), 3)).toMatchObject({ attempt });
  });

  test("being up for long enough makes room again when the limit is reached", () => {
    expect(decide({ maxRestarts: 3 }, endOf(code(1), { upMs: 10_000 }), 3)).toMatchObject({ attempt: 1 });
    expect(decide({ maxRestarts: 3 }, endOf(code(1), { upMs: 9999 }), 3).action).toBe("give-up");
    expect(decide({ maxRestarts: 0 }, endOf(code(1), { upMs: 1e9 }), 0).action).toBe("give-up");
  });

  test("a start that came to nothing was never up, even with resetAfter 0", () => {
    expect(decide({ resetAfterMs: 0 }, endOf(undefined), 3)).toMatchObject({ attempt: 4 });
    expect(decide({ resetAfterMs: 0 }, endOf(code(1)), 3)).toMatchObject({ attempt: 1 });
  });
});
