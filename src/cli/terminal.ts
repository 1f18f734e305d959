import { stripVTControlCharacters, styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes, and whether a person is likely to read it there. */
export interface Terminal {
  /** Results: what another program would read. */
  out(line: string): void;
  /** A part of a line of results; what is written next goes on there. */
  outPart(text: string): void;
  /** Errors, warnings and progress. */
  err(line: string): void;
  /** The text in a style, or as it is where there is no terminal or colours are unwanted. */
  style(style: Style, text: string): string;
  /** Columns of the terminal results are written to; undefined where it is none. */
  readonly width: number | undefined;
  /** Resolves when nobody reads the results any more. */
  readonly closed: Promise<void>;
}

/** The terminal of this program. NO_COLOR and FORCE_COLOR are heeded, see https://no-color.org. */
export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isColoured = (env["NO_COLOR"] ?? "") === "" && (stdout.isTTY || (env["FORCE_COLOR"] ?? "0") !== "0");
  const closed = new Promise<void>((resolve) => {
    // `drover up | head` closes the pipe: without a listener that would end the host and leave its processes behind.
    for (const stream of [stdout, stderr]) stream.on("error", () => resolve());
  });
  return {
    out: (line) => void stdout.write(`${line}\n`),
    outPart: (text) => void stdout.write(text),
    err: (line) => void stderr.write(`${line}\n`),
    style: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
    width: stdout.isTTY ? stdout.columns : undefined,
    closed,
  };
}

/** Columns as wide as their widest cell, two blanks apart; the last one is as long as it is, or as there is room for. */
export function layOut(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((cell, column) => {
      widest[column] = Math.max(widest[column] ?? 0, widthOf(cell));
    });
    return widest;
  }, []);
  return rows.map((row) => {
    const last = row.length - 1;
    const line = row.map((cell, column) => (column === last ? cell : pad(cell, widths[column] ?? 0))).join("  ");
    return cut(line.trimEnd(), width);
  });
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** A line that is too long loses its end, and its styles with it. */
function cut(line: string, width: number): string {
  return widthOf(line) <= width ? line : `${stripVTControlCharacters(line).slice(0, Math.max(0, width - 1))}…`;
}
