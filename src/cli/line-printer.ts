import type { LogLineInfo } from "../api/event-info.js";
import type { Terminal } from "./terminal.js";

export interface LineStyle {
  /** Whether the lines of a process begin with its name. */
  readonly isPrefixed: (process: string) => boolean;
  /** Whether each line begins with the time it was seen. */
  readonly timestamps: boolean;
}

/** One line of output, and whether more of it follows. */
export type PrintedLine = Pick<LogLineInfo, "process" | "at" | "stream" | "line" | "partial">;

const colours = ["cyan", "yellow", "green", "magenta", "blue", "redBright", "cyanBright", "magentaBright"] as const;

/** Shows what processes write. The pieces of a long line are put together again, unless another process writes meanwhile. */
export class LinePrinter {
  readonly #style: LineStyle;
  readonly #terminal: Terminal;
  #width = 0;
  /** Whose line has been begun. */
  #begun: string | undefined;

  constructor(style: LineStyle, terminal: Terminal) {
    this.#style = style;
    this.#terminal = terminal;
  }

  print({ process, at, stream, line, partial }: PrintedLine): void {
    const source = `${process} ${stream}`;
    const isContinued = this.#begun === source;
    if (this.#begun !== undefined && !isContinued) this.#terminal.out("");
    const start = isContinued ? "" : this.#prefix(process, at);
    // A terminal shows by colour what came on standard error.
    const text = stream === "stderr" ? this.#terminal.style("red", line) : line;
    this.#begun = partial ? source : undefined;
    if (partial) this.#terminal.outPart(`${start}${text}`);
    else this.#terminal.out(`${start}${text}`);
  }

  #prefix(process: string, at: string | null): string {
    const time = this.#style.timestamps ? `${this.#terminal.style("dim", at ?? "-".padEnd(24))} ` : "";
    if (!this.#style.isPrefixed(process)) return time;
    this.#width = Math.max(this.#width, process.length);
    return `${time}${this.#terminal.style(colourOf(process), `${process.padEnd(this.#width)} |`)} `;
  }
}

/** The same for a name each time it is seen. */
function colourOf(name: string): (typeof colours)[number] {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return colours[hash % colours.length] ?? "cyan";
}
