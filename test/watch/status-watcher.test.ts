import { describe, expect, test } from "vitest";
import type { OsState } from "../../src/os/os-state.js";
import { FakeClock } from "../../src/testing/fake-clock.js";
import { StatusWatcher, type Watched } from "../../src/watch/status-watcher.js";

class Counter implements Watched {
  samples = 0;
  readonly seen: OsState[] = [];

  sample(): OsState {
    this.samples += 1;
    return "sleeping";
  }

  observe(state: OsState): void {
    this.seen.push(state);
  }
}

const make = (clock: FakeClock, prepare: () => Promise<void> | undefined = () => undefined): StatusWatcher =>
  new StatusWatcher({ periodMs: 1000, scheduler: clock, prepare });

describe("the status watcher", () => {
  test("samples everything once a period, in slices with a turn between them", async () => {
    const clock = new FakeClock();
    const turns: number[] = [];
    const watcher = make(clock);
    const counters = Array.from({ length: 300 }, () => new Counter());
    for (const counter of counters) watcher.add(counter);
    const sampled = (): number => counters.reduce((total, { samples }) => total + samples, 0);
    const schedule = clock.schedule.bind(clock);
    clock.schedule = (work, delayMs, state) => {
      turns.push(sampled());
      return schedule(work, delayMs, state);
    };
    await clock.advance(999);
    expect(sampled()).toBe(0);
    await clock.advance(1);
    expect(counters.map(({ samples }) => samples)).toEqual(counters.map(() => 1));
    expect(turns).toEqual([128, 256, 300]);
    await clock.advance(2000);
    expect(counters.map(({ seen }) => seen.length)).toEqual(counters.map(() => 3));
    watcher.close();
  });

  test("rests while nothing is watched", async () => {
    const clock = new FakeClock();
    const watcher = make(clock);
    const counter = new Counter();
    const end = watcher.add(counter);
    await clock.advance(1000);
    end();
    await clock.advance(10_000);
    expect(counter.samples).toBe(1);
    watcher.add(counter);
    await clock.advance(1000);
    expect(counter.samples).toBe(2);
    watcher.close();
  });

  test("does not sample what was removed by another one's change in the same round", async () => {
    const clock = new FakeClock();
    const watcher = make(clock);
    const second = new Counter();
    const end: (() => void)[] = [];
    watcher.add({ sample: () => "gone", observe: () => end.pop()?.() });
    end.push(watcher.add(second));
    await clock.advance(1000);
    expect(second.samples).toBe(0);
    watcher.close();
  });

  test("keeps to one loop when the last one goes and the next comes within a round", async () => {
    const clock = new FakeClock();
    let snapshots = 0;
    const watcher = make(clock, () => {
      snapshots += 1;
      return Promise.resolve();
    });
    const second = new Counter();
    const end = watcher.add({
      sample: () => "gone",
      observe: () => {
        end();
        watcher.add(second);
      },
    });
    await clock.advance(1000);
    await clock.advance(10_000);
    expect([snapshots, second.samples]).toEqual([11, 10]);
    watcher.close();
  });

  test("takes one snapshot for a round, and skips the round when it fails", async () => {
    const clock = new FakeClock();
    let snapshots = 0;
    const watcher = make(clock, () => {
      snapshots += 1;
      return snapshots === 1 ? Promise.reject(new Error("no ps")) : Promise.resolve();
    });
    const counter = new Counter();
    watcher.add(counter);
    await clock.advance(1000);
    expect([snapshots, counter.samples]).toEqual([1, 0]);
    await clock.advance(1000);
    expect([snapshots, counter.samples]).toEqual([2, 1]);
    watcher.close();
  });
});
