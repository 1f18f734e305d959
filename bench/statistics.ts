/** What a set of samples looks like, in the unit of the samples. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly p90: number;
  readonly max: number;
}

/** Sums up samples. Throws when there are none. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error("a summary needs at least one sample");
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    min: quantile(sorted, 0),
    p90: quantile(sorted, 0.9),
    max: quantile(sorted, 1),
  };
}

/** The value below which `share` of the samples lie, interpolated between the two next to it. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The same work done by drover and by plain Node. */
export interface Pair<Sample> {
  readonly drover: Sample;
  readonly plain: Sample;
}

/**
 * Lets both do one round after the other and swaps who begins, so that a machine that slows down or warms up slows
 * down or warms up both. The first round only warms up and does not count.
 */
export async function alternate<Sample>(
  rounds: number,
  work: Pair<() => Promise<Sample>>,
): Promise<Pair<readonly Sample[]>> {
  const drover: Sample[] = [];
  const plain: Sample[] = [];
  for (let round = 0; round <= rounds; round++) {
    if (round % 2 === 0) drover.push(await work.drover());
    plain.push(await work.plain());
    if (round % 2 === 1) drover.push(await work.drover());
  }
  return { drover: drover.slice(1), plain: plain.slice(1) };
}
