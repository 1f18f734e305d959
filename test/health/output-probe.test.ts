import { ReplaySubject, Subject } from "rxjs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/health/create-probe.js";
import type { HealthCheck } from "../../src/health/health-check.js";
import type { ProbeHandle } from "../../src/health/probe.js";
import { watchHealth } from "../../src/health/watch-health.js";
import { FakeClock } from "../../src/testing/fake-clock.js";
import { reasonOf, subjectOf } from "./subject.js";

function probeFor(pattern: string, flags = "", lines$ = new Subject<string>()): [ProbeHandle, Subject<string>] {
  return [createProbe({ kind: "output", pattern, flags }, subjectOf({ lines$ })), lines$];
}

test("is unhealthy until a line matches, then healthy for ever", async () => {
  const [probe, lines$] = probeFor("ready on port \\d+");
  expect(await reasonOf(probe)).toBe("no line of output has matched /ready on port \\d+/ yet");
  lines$.next("starting");
  expect(await reasonOf(probe)).toBe("no line of output has matched /ready on port \\d+/ yet");
  lines$.next("[log] ready on port 80");
  expect(await reasonOf(probe)).toBeUndefined();
  lines$.next("something else");
  expect(await reasonOf(probe)).toBeUndefined();
  probe.close();
});

test("hears lines from its creation on, before it is asked first", async () => {
  const [probe, lines$] = probeFor("ready");
  lines$.next("ready");
  expect(await reasonOf(probe)).toBeUndefined();
  probe.close();
});

test("hears lines that are replayed to it", async () => {
  const lines$ = new ReplaySubject<string>();
  lines$.next("ready");
  const [probe] = probeFor("ready", "", lines$);
  expect(await reasonOf(probe)).toBeUndefined();
  expect(lines$.observed).toBe(false);
  probe.close();
});

test.each(["gi", "yi", "i"])("finds a match with the flags %s anywhere in a line", async (flags) => {
  const [probe, lines$] = probeFor("ready$", flags);
  lines$.next("not yet");
  lines$.next("now READY");
  expect(await reasonOf(probe)).toBeUndefined();
  probe.close();
});

test("keeps its answer when the output has ended, and tells when it cannot be read", async () => {
  const [ended, lines$] = probeFor("ready");
  lines$.complete();
  expect(await reasonOf(ended)).toBe("no line of output has matched /ready/ yet");
  const [failed, broken$] = probeFor("ready");
  broken$.error(new Error("EIO: i/o error, read"));
  expect(await reasonOf(failed)).toBe("the output cannot be read: EIO: i/o error, read");
  ended.close();
  failed.close();
});

test("refuses what is no regular expression", () => {
  expect(() => probeFor("(")).toThrow(/^output\.pattern: Invalid regular expression.*; expected a JavaScript regular/);
  expect(() => probeFor("a", "q")).toThrow(/^output\.pattern: Invalid flags/);
});

test("lets go of the output when it is closed, and when a line has matched", () => {
  const [closed, lines$] = probeFor("ready");
  expect(lines$.observed).toBe(true);
  closed.close();
  expect(lines$.observed).toBe(false);
  const [matched, others$] = probeFor("ready");
  others$.next("ready");
  expect(others$.observed).toBe(false);
  matched.close();
});

test("is asked as soon as a line matches, and let go with the watch", async () => {
  const clock = new FakeClock();
  const [probe, lines$] = probeFor("ready");
  const policy: HealthCheck = {
    check: { kind: "output", pattern: "ready", flags: "" },
    intervalMs: 60_000,
    timeoutMs: 5000,
    startPeriodMs: 0,
    failureThreshold: 3,
    successThreshold: 1,
  };
  const healthyAtMs: number[] = [];
  const watching = watchHealth(policy, probe, { scheduler: clock }).subscribe(({ verdict }) => {
    if (verdict === "healthy") healthyAtMs.push(clock.now());
  });
  await clock.advance(12_345);
  lines$.next("ready");
  await clock.advance(10);
  expect(healthyAtMs).toEqual([12_345]);
  watching.unsubscribe();
  const [other, others$] = probeFor("ready");
  watchHealth(policy, other, { scheduler: clock }).subscribe().unsubscribe();
  expect(others$.observed).toBe(false);
});
