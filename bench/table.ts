import { isKept, type Row } from "./row.js";
import type { Summary } from "./statistics.js";

const titles = ["measured", "drover", "plain Node", "result", "budget", "kept"] as const;
const verdicts = { true: "yes", false: "**no**", undefined: "–" } as const;

/** The rows as a Markdown table, padded so that it reads well in a terminal, too. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(cellsOf);
  const widths = titles.map((title, column) =>
    Math.max(...[titles, ...cells].map((row) => row[column]?.length ?? 0), title.length),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(titles), rule, ...cells.map(line)].join("\n");
}

function cellsOf(row: Row): readonly string[] {
  const { what, unit, drover, plain, result, budget } = row;
  return [
    what,
    describe(drover, unit),
    plain === undefined ? "–" : describe(plain, unit),
    amount(result.value, result.unit),
    budget === undefined ? "–" : `≤ ${amount(budget, result.unit)}`,
    verdicts[`${isKept(row)}`],
  ];
}

function describe({ median, min, p90, max }: Summary, unit: string): string {
  return `${amount(median, unit)} (${number(min)}–${number(p90)}–${number(max)})`;
}

function amount(value: number, unit: string): string {
  return unit === "×" ? `${number(value)}×` : `${number(value)} ${unit}`;
}

/** Three digits that mean something. */
function number(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
