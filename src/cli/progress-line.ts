const clear = "\r\u001B[2K";

/** Columns of a terminal; one that does not know has 0. */
export function columnsOf({ columns }: NodeJS.WriteStream): number {
  return columns > 0 ? columns : 80;
}

/** A line on a terminal that is written over by the next one. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = "";
  #isAside = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** An empty text takes it away. */
  show(text: string): void {
    if (this.#isAside) return;
    const room = Math.max(2, columnsOf(this.#stream)) - 1;
    const line = text.length > room ? `${text.slice(0, room - 1)}…` : text;
    if (line !== this.#shown) this.#stream.write(`${clear}${line}`);
    this.#shown = line;
  }

  /** What else is written takes its place, and it comes again below; beside a line that is not at its end it would be in the way. */
  stepAside(text: string, write: (text: string) => void): void {
    const shown = this.#shown;
    this.show("");
    write(text);
    this.#isAside = !text.endsWith("\n");
    this.show(shown);
  }
}
