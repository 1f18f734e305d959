import { cutLine, type Terminal } from "./terminal.js";

const clearAll = "\u001B[2J\u001B[H";
const clearLine = "\r\u001B[2K";
const clearBelow = "\u001B[J";

/** Lines on a terminal, written anew in their place. */
export class Screen {
  readonly #terminal: Terminal;
  #drawn = 0;
  #size = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    const { width = 80, height = 24 } = this.#terminal;
    const start = this.#startFor(`${width} ${height}`);
    const shown = fitLines(lines, height - 1).map((line) => `${clearLine}${cutLine(line, width)}\n`);
    this.#drawn = shown.length;
    this.#terminal.outPart(`${start}${shown.join("")}${clearBelow}`);
  }

  /** A terminal that has another size has wrapped what was there: nobody knows where that is now. */
  #startFor(size: string): string {
    const isResized = this.#size !== "" && this.#size !== size;
    this.#size = size;
    if (isResized) return clearAll;
    return this.#drawn === 0 ? "" : `\u001B[${this.#drawn}A`;
  }
}

/** What is above the top of a terminal cannot be written anew. */
function fitLines(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const shown = lines.slice(0, Math.max(1, most - 1));
  return [...shown, `… and ${lines.length - shown.length} more`];
}
