import { Subject, type Subscription } from "rxjs";
import { describe, expect, test } from "vitest";
import type { HealthCheck } from "../../src/health/health-check.js";
import type { HealthReport } from "../../src/health/health-report.js";
import type { ProbeHandle } from "../../src/health/probe.js";
import { watchHealth } from "../../src/health/watch-health.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

const policy: HealthCheck = {
  check: { kind: "tcp", host: "127.0.0.1", port: 1 },
  intervalMs: 1000,
  timeoutMs: 5000,
  startPeriodMs: 0,
  failureThreshold: 3,
  successThreshold: 1,
};

/** How the process answers one question: whether, and how long that takes. `lingersMs`: how long it needs to give up. */
interface Behaviour {
  readonly healthy?: boolean;
  readonly afterMs?: number;
  readonly hangs?: boolean;
  readonly lingersMs?: number;
}

/** A probe that obeys a function of the time, and keeps what was done with it. */
class ScriptedProbe implements ProbeHandle {
  readonly changed$ = new Subject<void>();
  readonly askedMs: number[] = [];
  readonly abortedMs: number[] = [];
  closed = 0;
  mostInFlight = 0;
  #inFlight = 0;
  readonly #clock: FakeClock;
  readonly #behave: (nowMs: number) => Behaviour;

  constructor(clock: FakeClock, behave: (nowMs: number) => Behaviour) {
    this.#clock = clock;
    this.#behave = behave;
  }

  readonly ask = async (signal: AbortSignal): Promise<void> => {
    this.askedMs.push(this.#clock.now());
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      await this.#answer(this.#behave(this.#clock.now()), signal);
    } finally {
      this.#inFlight -= 1;
    }
  };

  close(): void {
    this.closed += 1;
  }

  async #answer({ healthy = false, afterMs = 0, hangs = false, lingersMs = 0 }: Behaviour, signal: AbortSignal) {
    let isAnswered = false;
    await new Promise<void>((resolve, reject) => {
      const answer = hangs ? undefined : this.#clock.schedule(() => resolve(), afterMs);
      signal.addEventListener("abort", () => {
        if (isAnswered) return;
        answer?.unsubscribe();
        this.#clock.schedule(() => reject(new Error("given up")), lingersMs);
        this.abortedMs.push(this.#clock.now());
      });
    });
    isAnswered = true;
    if (!healthy) throw new Error(`refused at ${this.#clock.now()}`);
  }
}

interface Scene {
  readonly clock: FakeClock;
  readonly probe: ScriptedProbe;
  readonly reports: HealthReport[];
  /** The reports as words: when, verdict, failures in a row. */
  readonly told: string[];
  readonly watching: Subscription;
}

function watch(behave: (nowMs: number) => Behaviour, changes: Partial<HealthCheck> = {}): Scene {
  const clock = new FakeClock();
  const probe = new ScriptedProbe(clock, behave);
  const reports: HealthReport[] = [];
  const told: string[] = [];
  const watching = watchHealth({ ...policy, ...changes }, probe, { scheduler: clock }).subscribe({
    next: (report) => {
      reports.push(report);
      told.push(`${clock.now()} ${report.verdict} ${report.failures}`);
    },
    error: () => told.push("error"),
    complete: () => told.push("complete"),
  });
  return { clock, probe, reports, told, watching };
}

const always = (behaviour: Behaviour) => (): Behaviour => behaviour;

describe("the times of checks", () => {
  test("asks at once and then every interval", async () => {
    const { clock, probe, told, watching } = watch(always({ healthy: true }));
    await clock.advance(3500);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 1000, 2000, 3000]);
    expect(told).toEqual(["0 healthy 0", "1000 healthy 0", "2000 healthy 0", "3000 healthy 0"]);
  });

  test("asks more often while a process is starting, and counts only the regular checks", async () => {
    const { clock, probe, told, watching } = watch(always({ healthy: false }));
    await clock.advance(4500);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 50, 150, 350, 750, 1000, 1800, 2000, 3000, 4000]);
    expect(told).toEqual([
      "0 starting 1",
      "50 starting 1",
      "150 starting 1",
      "350 starting 1",
      "750 starting 1",
      "1000 starting 2",
      "1800 starting 2",
      "2000 unhealthy 3",
      "3000 unhealthy 4",
      "4000 unhealthy 5",
    ]);
  });

  test("finds a process soon that is up after 120 ms, whatever the interval", async () => {
    const { clock, told, watching } = watch((nowMs) => ({ healthy: nowMs >= 120 }), { intervalMs: 30_000 });
    await clock.advance(1000);
    watching.unsubscribe();
    expect(told.at(-1)).toBe("150 healthy 0");
  });

  test("asks no more often than the interval where that is shorter", async () => {
    const { clock, probe, watching } = watch(always({ healthy: false }), { intervalMs: 20 });
    await clock.advance(100);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 20, 40, 60, 80, 100]);
  });

  test("measures the interval from the beginning of a check", async () => {
    const { clock, probe, watching } = watch(always({ healthy: true, afterMs: 300 }));
    await clock.advance(2500);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 1000, 2000]);
  });

  test("comes back to a process that was unhealthy", async () => {
    const { clock, told, watching } = watch((nowMs) => ({ healthy: nowMs === 0 || nowMs > 3000 }));
    await clock.advance(4000);
    watching.unsubscribe();
    expect(told).toEqual(["0 healthy 0", "1000 healthy 1", "2000 healthy 2", "3000 unhealthy 3", "4000 healthy 0"]);
  });

  test("needs as many successes as the threshold says, an interval apart", async () => {
    const { clock, told, watching } = watch((nowMs) => ({ healthy: nowMs >= 120 }), { successThreshold: 3 });
    await clock.advance(3000);
    watching.unsubscribe();
    expect(told.slice(2)).toEqual(["150 starting 0", "1150 starting 0", "2150 healthy 0"]);
  });

  test("excuses failures in the start period, which begins with the subscription", async () => {
    const { clock, told, watching } = watch(always({}), { startPeriodMs: 2500, failureThreshold: 1 });
    await clock.advance(3000);
    watching.unsubscribe();
    expect(told.filter((word) => !word.endsWith("starting 0"))).toEqual(["3000 unhealthy 1"]);
  });
});

describe("slow answers", () => {
  test("a slow answer within the timeout is healthy, and no second check begins meanwhile", async () => {
    const { clock, probe, told, watching } = watch(always({ healthy: true, afterMs: 4000 }));
    await clock.advance(12_000);
    watching.unsubscribe();
    expect(told).toEqual(["4000 healthy 0", "8000 healthy 0", "12000 healthy 0"]);
    expect(probe.mostInFlight).toBe(1);
  });

  test("a check is aborted at its timeout, and has failed", async () => {
    const { clock, probe, reports, told, watching } = watch(always({ hangs: true }));
    await clock.advance(15_000);
    watching.unsubscribe();
    expect(told).toEqual(["5000 starting 1", "10000 starting 2", "15000 unhealthy 3"]);
    expect(probe.abortedMs.slice(0, 3)).toEqual([5000, 10_000, 15_000]);
    expect(reports[0]?.lastFailure).toBe("no answer within 5s");
  });

  test("the next check waits until an aborted one has released what it held", async () => {
    const { clock, probe, told, watching } = watch(always({ hangs: true, lingersMs: 700 }));
    await clock.advance(10_000);
    watching.unsubscribe();
    expect(told).toEqual(["5000 starting 1", "10000 starting 2"]);
    expect(probe.askedMs).toEqual([0, 5700]);
    expect(probe.mostInFlight).toBe(1);
  });

  test("a check that was aborted while it waited for an earlier one is never asked", async () => {
    const { clock, probe, watching } = watch(always({ hangs: true, lingersMs: 5500 }));
    await clock.advance(11_000);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 10_500]);
    expect(probe.mostInFlight).toBe(1);
  });

  test("a check that never gives up does not hide that the process is unhealthy", async () => {
    const { clock, probe, told, watching } = watch(always({ hangs: true, lingersMs: 1e9 }));
    await clock.advance(15_000);
    watching.unsubscribe();
    expect(told.at(-1)).toBe("15000 unhealthy 3");
    expect(probe.askedMs).toEqual([0]);
  });

  test("an extra check that is still unanswered when the regular one is due counts", async () => {
    const { clock, told, watching } = watch((nowMs) => ({ hangs: nowMs === 50 }), { failureThreshold: 2 });
    await clock.advance(5050);
    watching.unsubscribe();
    expect(told.slice(0, 2)).toEqual(["0 starting 1", "5050 unhealthy 2"]);
  });
});

describe("changes the probe tells of", () => {
  test("are asked for at once", async () => {
    const { clock, probe, told, watching } = watch((nowMs) => ({ healthy: nowMs >= 3500 }), { intervalMs: 30_000 });
    await clock.advance(3500);
    probe.changed$.next();
    await clock.advance(0);
    watching.unsubscribe();
    expect(told.at(-1)).toBe("3500 healthy 0");
  });

  test("do not make a failure count that comes before the regular check", async () => {
    const { clock, probe, told, watching } = watch((nowMs) => ({ healthy: nowMs === 0 }), { failureThreshold: 1 });
    await clock.advance(500);
    probe.changed$.next();
    await clock.advance(500);
    watching.unsubscribe();
    expect(told).toEqual(["0 healthy 0", "500 healthy 0", "1000 unhealthy 1"]);
  });

  test("are asked for after the check in flight", async () => {
    const { clock, probe, watching } = watch(always({ healthy: true, afterMs: 300 }));
    await clock.advance(100);
    probe.changed$.next();
    await clock.advance(1000);
    watching.unsubscribe();
    expect(probe.askedMs).toEqual([0, 300]);
  });

  test("may end or fail without any effect", async () => {
    const { clock, probe, told, watching } = watch(always({ healthy: true }));
    probe.changed$.error(new Error("lost"));
    await clock.advance(1000);
    watching.unsubscribe();
    expect(told).toEqual(["0 healthy 0", "1000 healthy 0"]);
  });
});

describe("the end", () => {
  test("aborts the check in flight, closes the probe and asks no more", async () => {
    const { clock, probe, told, watching } = watch(always({ hangs: true }));
    await clock.advance(100);
    watching.unsubscribe();
    expect([probe.abortedMs, probe.closed]).toEqual([[100], 1]);
    await clock.advance(60_000);
    expect([probe.askedMs, probe.closed, told]).toEqual([[0], 1, []]);
    expect(probe.changed$.observed).toBe(false);
  });

  test("between two checks leaves no timer behind", async () => {
    const { clock, probe, watching } = watch(always({ healthy: true }));
    await clock.advance(100);
    watching.unsubscribe();
    await clock.advance(60_000);
    expect([probe.askedMs, probe.closed]).toEqual([[0], 1]);
  });

  test("may come from whoever gets a report", async () => {
    const clock = new FakeClock();
    const probe = new ScriptedProbe(clock, always({ healthy: true }));
    const watching = watchHealth(policy, probe, { scheduler: clock }).subscribe(() => watching.unsubscribe());
    await clock.advance(5000);
    expect([probe.askedMs, probe.closed]).toEqual([[0], 1]);
  });
});

test("nothing is asked before somebody subscribes", async () => {
  const clock = new FakeClock();
  const probe = new ScriptedProbe(clock, always({ healthy: true }));
  watchHealth(policy, probe, { scheduler: clock });
  await clock.advance(5000);
  expect(probe.askedMs).toEqual([]);
});

test("whatever a probe throws is a failure with a reason", async () => {
  const thrown = [new Error("broken"), "a word", new Error("")];
  const ask = (): Promise<void> => {
    throw thrown.shift() as Error;
  };
  const clock = new FakeClock();
  const reasons: (string | undefined)[] = [];
  const watching = watchHealth(policy, { ask, close: () => undefined }, { scheduler: clock }).subscribe((report) => {
    reasons.push(report.lastFailure);
  });
  await clock.advance(200);
  watching.unsubscribe();
  expect(reasons).toEqual(["broken", "a word", "the check failed without a reason"]);
});
