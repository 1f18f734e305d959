import {
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  map,
  NEVER,
  Observable,
  type SchedulerAction,
  type SchedulerLike,
  scan,
} from "rxjs";
import type { Usage } from "../os/os.js";
import { addSample, judgeUsage, type UsageSample, type UsageWindow } from "./judge-usage.js";
import type { Limits } from "./limits.js";

const shortestIntervalMs = 250;
const longestIntervalMs = 1000;

/** Time between two measurements: ten or more in the time a limit must be exceeded, as far as that is long enough. */
export function sampleIntervalMs(overMs: number): number {
  return Math.max(shortestIntervalMs, Math.min(longestIntervalMs, overMs / 10));
}

/**
 * The reason each time the limits are exceeded, as `judgeUsage` words it; again only after the use went below them.
 * Cold: each subscriber measures for itself, one measurement at a time, the first one after half an interval or
 * more. Replays nothing, never completes and never errors: a measurement that fails is left out.
 *
 * @param measure `child.usage({ countFiles: false })`
 */
export function watchLimits(
  limits: Limits,
  measure: () => Promise<Pick<Usage, "memoryBytes" | "cpuPercent">>,
  scheduler: SchedulerLike,
): Observable<string> {
  if (limits.maxMemoryBytes === undefined && limits.maxCpuPercent === undefined) return NEVER;
  const intervalMs = sampleIntervalMs(limits.overMs);
  const sample = (): Observable<UsageSample> =>
    defer(measure).pipe(
      map(({ memoryBytes, cpuPercent }) => ({ atMs: scheduler.now(), memoryBytes, cpuPercent })),
      catchError(() => EMPTY),
    );
  return ticks(intervalMs, scheduler).pipe(
    exhaustMap(sample),
    scan((before, next) => watchOn(limits, before, next), quiet),
    map(({ news }) => news),
    filter((news) => news !== undefined),
  );
}

/**
 * At whole multiples of the interval, so that all who watch measure in the same moment: a reading of the process table
 * that several ask for is done once. The first tick comes after half an interval at least.
 */
function ticks(intervalMs: number, scheduler: SchedulerLike): Observable<void> {
  const restMs = (): number => {
    const untilTickMs = intervalMs - (scheduler.now() % intervalMs);
    return untilTickMs < intervalMs / 2 ? untilTickMs + intervalMs : untilTickMs;
  };
  return new Observable((subscriber) => {
    function tick(this: SchedulerAction<void>): void {
      subscriber.next();
      this.schedule(undefined, restMs());
    }
    return scheduler.schedule(tick, restMs());
  });
}

interface Watch {
  readonly window: UsageWindow;
  /** Exceeded, told, and not yet below again. */
  readonly isTold: boolean;
  /** What is to be told now. */
  readonly news: string | undefined;
}

const quiet: Watch = { window: [], isTold: false, news: undefined };

function watchOn(limits: Limits, before: Watch, sample: UsageSample): Watch {
  const window = addSample(before.window, sample, limits.overMs);
  const judgement = judgeUsage(limits, window);
  if (!judgement.exceeded) return { window, isTold: before.isTold && !judgement.recovered, news: undefined };
  return { window, isTold: true, news: before.isTold ? undefined : judgement.reason };
}
