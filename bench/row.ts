import { type Pair, type Summary, summarise } from "./statistics.js";

/** One line of the report. */
export interface Row {
  readonly what: string;
  /** Unit of the samples. */
  readonly unit: Unit;
  readonly drover: Summary;
  readonly plain: Summary | undefined;
  /** The one figure to remember, and to hold against the budget. */
  readonly result: Figure;
  /** What the result may be at most, in its unit; undefined where nothing was promised. */
  readonly budget: number | undefined;
}

export type Unit = "ms" | "µs" | "KB" | "MB" | "%" | "lines";

export interface Figure {
  readonly value: number;
  /** `×` is drover's median over that of plain Node. */
  readonly unit: Unit | "×";
}

/** How a benchmark is run: tiny sizes show that it works, not how fast. */
export interface Scale {
  readonly isTiny: boolean;
}

export type Benchmark = (scale: Scale) => Promise<readonly Row[]>;

export interface Measured {
  readonly what: string;
  readonly unit: Unit;
  readonly samples: Pair<readonly number[]>;
  readonly budget?: number;
}

/** A row whose result is how many times longer, or more, drover takes than plain Node. */
export function ratioRow({ what, unit, samples, budget }: Measured): Row {
  const drover = summarise(samples.drover);
  const plain = summarise(samples.plain);
  return { what, unit, drover, plain, result: { value: drover.median / plain.median, unit: "×" }, budget };
}

/** A row whose result is an amount, worked out from both summaries. */
export function amountRow(measured: Measured, amount: (summaries: Pair<Summary>) => number): Row {
  const { what, unit, samples, budget } = measured;
  const summaries = { drover: summarise(samples.drover), plain: summarise(samples.plain) };
  return { what, unit, ...summaries, result: { value: amount(summaries), unit }, budget };
}

/** Whether the budget is kept; undefined without a budget. */
export function isKept({ result, budget }: Row): boolean | undefined {
  return budget === undefined ? undefined : result.value <= budget;
}
