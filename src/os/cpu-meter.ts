/** CPU time of each member of a process tree at one moment. */
export interface CpuReading {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** By the key of the member. */
  readonly cpuMs: ReadonlyMap<string, number>;
}

/** CPU time is told in ticks of 10 ms, and there may be several readers: a shorter span would be mostly rounding. */
const shortestSpanMs = 500;
/** However often it is read, no more readings than a span has of these are kept. */
const stepMs = 50;

/** How much CPU a process tree uses, by readings of its CPU time. */
export class CpuMeter {
  /** Oldest first: the last one that is old enough to count from, and those after it, which will be. */
  #readings: readonly CpuReading[] = [];

  /** Percent of one CPU since a reading of half a second ago or, where there is none, the first; else since `uptimeMs` ago. */
  add(reading: CpuReading, uptimeMs: number): number {
    const isOld = ({ atMs }: CpuReading): boolean => reading.atMs - atMs >= shortestSpanMs;
    const kept = this.#readings.slice(Math.max(0, this.#readings.findLastIndex(isOld)));
    const [base] = kept;
    const last = kept.at(-1);
    this.#readings = last !== undefined && reading.atMs - last.atMs < stepMs ? kept : [...kept, reading];
    const elapsedMs = base === undefined ? uptimeMs : reading.atMs - base.atMs;
    let spentMs = 0;
    for (const [member, cpuMs] of reading.cpuMs) spentMs += cpuMs - (base?.cpuMs.get(member) ?? 0);
    return elapsedMs > 0 ? Math.max(0, (spentMs / elapsedMs) * 100) : 0;
  }
}
