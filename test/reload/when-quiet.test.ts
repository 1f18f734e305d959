import { Subject } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { expect, test } from "vitest";
import { whenQuiet } from "../../src/reload/when-quiet.js";
import { FakeClock } from "../../src/testing/fake-clock.js";

const quiet = { q: { isEndless: false }, e: { isEndless: true } };

function timeline(source: string, expected: string, quietMs: number): void {
  const scheduler = new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted));
  scheduler.run(({ hot, expectObservable }) => {
    expectObservable(hot(source).pipe(whenQuiet(quietMs, scheduler))).toBe(expected, quiet);
  });
}

test("emits once, when the time without an event is over", () => {
  timeline("a 499ms -", "500ms q", 500);
});

test("makes one of 30 events within 300 ms", () => {
  timeline("a 9ms ".repeat(30), "790ms q", 500);
});

test("makes two of two bursts", () => {
  timeline("a 9ms a 600ms b", "510ms q 600ms q", 500);
});

test("begins anew with an event that comes when the time is just over", () => {
  timeline("a 500ms b", "500ms q 500ms q", 500);
});

test("emits at ten times the time when it is never quiet, and says so", () => {
  timeline("a 399ms ".repeat(24), "5s e 4699ms q", 500);
});

test("lets events go first that were waiting when a program was held up", async () => {
  const clock = new FakeClock();
  const source = new Subject<void>();
  const told: number[] = [];
  source.pipe(whenQuiet(500, clock)).subscribe(() => told.push(clock.now()));
  source.next();
  // Due in the same millisecond, and read by the event loop right after the timer.
  clock.schedule(() => source.next(), 500);
  await clock.advance(2000);
  expect(told).toEqual([1000]);
});

test("emits in the same millisecond when no quiet is asked for", () => {
  timeline("-a--b", "-q--q", 0);
});

test("completes with its source, without the burst under way", () => {
  timeline("a|", "-|", 500);
});

test("errors with its source", () => {
  timeline("a#", "-#", 500);
});

test("arms nothing after it was unsubscribed", () => {
  const scheduler = new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted));
  scheduler.run(({ hot, expectObservable }) => {
    expectObservable(hot("a").pipe(whenQuiet(500, scheduler)), "^ 100ms !").toBe("-");
  });
});
