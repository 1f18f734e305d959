import { Subject, takeUntil } from "rxjs";
import { expect, test } from "vitest";
import { runSliced } from "../../src/reload/run-sliced.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

/** A clock that shows one millisecond more at each look. */
class TickingClock extends FakeClock {
  #ticks = 0;
  override now(): number {
    return this.#ticks++;
  }
}

function* count(to: number, log: string[]): Generator<void, string, void> {
  try {
    for (let step = 1; step <= to; step++) {
      log.push(`${step}`);
      yield;
    }
    return "done";
  } finally {
    log.push("closed");
  }
}

test("does short work within subscribe", () => {
  const log: string[] = [];
  runSliced(() => count(3, log), new FakeClock()).subscribe({
    next: (value) => log.push(value),
    complete: () => log.push("complete"),
  });
  expect(log).toEqual(["1", "2", "3", "closed", "done", "complete"]);
});

test("does a thousand steps at once, then gives the event loop a turn every four milliseconds", async () => {
  const log: string[] = [];
  const clock = new TickingClock();
  runSliced(() => count(1010, log), clock).subscribe((value) => log.push(value));
  expect(log).toHaveLength(1003);
  clock.schedule(() => log.push("turn"));
  await clock.advance(1000);
  expect(log.indexOf("turn")).toBe(1007);
  expect(log.slice(-2)).toEqual(["closed", "done"]);
});

test("closes what is open when it is unsubscribed between two slices, and does no more", async () => {
  const log: string[] = [];
  const clock = new TickingClock();
  runSliced(() => count(2000, log), clock)
    .subscribe((value) => log.push(value))
    .unsubscribe();
  const last = log.at(-2);
  await clock.advance(1000);
  expect(log.slice(-2)).toEqual([last, "closed"]);
  expect(log).not.toContain("1100");
});

test("can be unsubscribed from within a step", async () => {
  const log: string[] = [];
  const clock = new TickingClock();
  const stop$ = new Subject<void>();
  function* steps(): Generator<void, string, void> {
    yield;
    stop$.next();
    yield* count(2000, log);
    return "never";
  }
  runSliced(steps, clock)
    .pipe(takeUntil(stop$))
    .subscribe((value) => log.push(value));
  await clock.advance(1000);
  expect(log.at(-1)).toBe("closed");
  expect(log).not.toContain("1100");
});

test("errors with what a step throws, in the first slice and in a later one", async () => {
  for (const at of [1, 1006]) {
    const clock = new TickingClock();
    const failures: unknown[] = [];
    const failure = new Error("disk on fire");
    function* steps(): Generator<void, string, void> {
      yield* count(at, []);
      throw failure;
    }
    runSliced(steps, clock).subscribe({ error: (cause) => failures.push(cause) });
    await clock.advance(1000);
    expect(failures).toEqual([failure]);
  }
});
