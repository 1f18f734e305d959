import { styleText } from "node:util";
import type { Logger } from "../manager/logger.js";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes, and whether a person is likely to read it there. */
export interface Terminal {
  /** Results: what another program would read. */
  out(line: string): void;
  /** Errors, warnings and progress. */
  err(line: string): void;
  /** The text in a style, or as it is where there is no terminal or colours are unwanted. */
  style(style: Style, text: string): string;
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
    err: (line) => void stderr.write(`${line}\n`),
    style: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
    closed,
  };
}

/** Columns as wide as their widest cell, two blanks apart; the last one is as long as it is. */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((cell, column) => {
      widest[column] = Math.max(widest[column] ?? 0, cell.length);
    });
    return widest;
  }, []);
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, column, widths))
      .join("  ")
      .trimEnd(),
  );
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  return column === widths.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
}

/** What a manager has to tell, on the side of errors and progress. */
export function terminalLogger(terminal: Terminal): Logger {
  const info = (_fields: object, message: string): void => terminal.err(message);
  const warn = (_fields: object, message: string): void =>
    terminal.err(`${terminal.style("yellow", "warning:")} ${message}`);
  const error = (_fields: object, message: string): void =>
    terminal.err(`${terminal.style("red", "error:")} ${message}`);
  return { debug: () => undefined, info, warn, error };
}
