import { stripVTControlCharacters, styleText } from "node:util";
import { describeFailure } from "./describe-failure.js";
import { columnsOf, ProgressLine } from "./progress-line.js";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes, and whether a person is likely to read it there. */
export interface Terminal {
  /** Results: what another program would read. */
  out(line: string): void;
  /** A part of a line of results; what is written next goes on there. */
  outPart(text: string): void;
  /** Errors, warnings and progress. */
  err(line: string): void;
  /** One line that says what went wrong and what to do; with --debug also where. */
  fail(reason: unknown): void;
  /** Shows a line that goes away with the next one, and at the end with an empty one; undefined where nobody looks on. */
  readonly progress: ((text: string) => void) | undefined;
  /** The text in a style, or as it is where there is no terminal or colours are unwanted. */
  style(style: Style, text: string): string;
  /** Columns of the terminal results are written to; undefined where it is none. */
  readonly width: number | undefined;
  /** Its rows. */
  readonly height: number | undefined;
  /** Resolves when nobody reads the results any more. */
  readonly closed: Promise<void>;
  /** Calls the listener at each Ctrl-C, which from now on does not end the program by itself. */
  onInterrupt(listener: () => void): void;
}

export interface TerminalOptions {
  /** Whether failures are told with their stack. @default never */
  readonly isDebugging?: () => boolean;
  /** False in a program that is not ours: nothing is listened to that changes how it ends. @default true */
  readonly isOwn?: boolean;
}

/** The terminal of this program. NO_COLOR and FORCE_COLOR are heeded, see https://no-color.org. */
export function openTerminal({ isDebugging = () => false, isOwn = true }: TerminalOptions = {}): Terminal {
  const { stdout, stderr, env } = process;
  const isColoured = (env["NO_COLOR"] ?? "") === "" && (stdout.isTTY || (env["FORCE_COLOR"] ?? "0") !== "0");
  const style = (style: Style, text: string): string =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const progress = new ProgressLine(stderr);
  const write = (stream: NodeJS.WriteStream, text: string): void =>
    progress.stepAside(text, (aside) => void stream.write(aside));
  const err = (line: string): void => write(stderr, `${line}\n`);
  return {
    out: (line) => write(stdout, `${line}\n`),
    outPart: (text) => write(stdout, text),
    err,
    fail: (reason) => err(`${style("red", "error:")} ${describeFailure(reason, isDebugging())}`),
    progress: stderr.isTTY ? (text) => progress.show(text) : undefined,
    style,
    get width() {
      return stdout.isTTY ? columnsOf(stdout) : undefined;
    },
    get height() {
      return stdout.isTTY && stdout.rows > 0 ? stdout.rows : undefined;
    },
    closed: isOwn ? whenClosed([stdout, stderr]) : new Promise(() => undefined),
    onInterrupt: (listener) => {
      // Never taken off: one Ctrl-C may arrive twice (the terminal signals the whole foreground group, and npx passes it on), and the
      // second must not turn a clean end into a death by signal.
      if (isOwn) process.on("SIGINT", listener);
    },
  };
}

/** A disk that is full, or a file that may grow no more, write(2): the next line may find room again. */
const fullCodes = ["ENOSPC", "EDQUOT", "EFBIG"];

/** `drover up | head` closes the pipe: without a listener that would end the host and leave its processes behind. */
function whenClosed(streams: readonly NodeJS.WriteStream[]): Promise<void> {
  return new Promise((resolve) => {
    const onError = ({ code = "" }: NodeJS.ErrnoException): void => {
      if (!fullCodes.includes(code)) resolve();
    };
    for (const stream of streams) stream.on("error", onError);
  });
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
    return cutLine(line.trimEnd(), width);
  });
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

/** Columns a text takes, its styles left out. */
export function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

const styleCode = new RegExp(`(${"\u001B"}\\[[0-9;]*m)`);

/** A line that is too long loses its end, but keeps its styles. */
export function cutLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  let room = Math.max(0, width - 1);
  const parts = line.split(styleCode).map((part, index) => {
    // Every other part is a style, which takes no room; one that was begun must be ended, too.
    if (index % 2 === 1) return part;
    const kept = part.slice(0, room);
    room -= kept.length;
    return kept;
  });
  return `${parts.join("")}…`;
}
