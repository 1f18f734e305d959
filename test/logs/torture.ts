import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLine, LogStream } from "../../src/logs/log-line.js";

interface Part {
  readonly stream: LogStream;
  readonly bytes: Buffer;
  /** Milliseconds before it is written. */
  readonly pauseMs?: number;
  /** It is written when the file has become smaller than this. */
  readonly belowBytes?: number | undefined;
}

/** How much the program writes at full speed: so many times so many bytes, each when its file is small enough. */
export interface Bursts {
  readonly count: number;
  readonly bytes: number;
  readonly belowBytes?: number;
}

/** Everything that has ever broken a reader of logs. */
function makeParts({ count, bytes, belowBytes }: Bursts): readonly Part[] {
  const out = (text: string, pauseMs = 0): Part => ({ stream: "stdout", bytes: Buffer.from(text), pauseMs });
  const err = (text: string): Part => ({ stream: "stderr", bytes: Buffer.from(text) });
  const face = Buffer.from("\u{1f600}");
  const burst = Array.from({ length: Math.ceil(bytes / 100) }, (_, line) => `${line} `.padEnd(99, "b"));
  const bursts = Array.from({ length: count }, () => ({ ...out(`${burst.join("\n")}\n`), belowBytes }));
  return [
    out(`${"é".repeat(100_000)}\n`),
    err("first of stderr\n"),
    out("before the face "),
    { stream: "stdout", bytes: face.subarray(0, 2) },
    { stream: "stdout", bytes: Buffer.concat([face.subarray(2), Buffer.from(" after it\n")]), pauseMs: 50 },
    out("CRLF\r\n\r\n"),
    err("  indented on stderr\r\n"),
    out("\n\n\t  indented  \n\0NUL\0\n\x1b[1;31mred\x1b[0m\n10%\r100%\n"),
    ...bursts,
    err(`${"x".repeat(200_000)}\n\n`),
    out("the last line has no end"),
    err("nor has this one"),
  ];
}

/** What a program writes, and what is to be read of it. */
export class Torture {
  readonly #parts: readonly Part[];

  constructor(bursts: Bursts) {
    this.#parts = makeParts(bursts);
  }

  /** Writes the plan for `fixtures/replay.js`; returns its path. */
  writePlan(directory: string): string {
    const steps = this.#parts.map(({ stream, bytes, pauseMs = 0, belowBytes }, index) => {
      const file = join(directory, `part-${index}`);
      writeFileSync(file, bytes);
      return { stream, file, pauseMs, belowBytes };
    });
    const path = join(directory, "plan.json");
    writeFileSync(path, JSON.stringify(steps));
    return path;
  }

  bytes(stream: LogStream): Buffer {
    return Buffer.concat(this.#parts.filter((part) => part.stream === stream).map(({ bytes }) => bytes));
  }

  /** Whole lines of a stream. */
  lines(stream: LogStream): readonly string[] {
    const lines = this.bytes(stream).toString().split("\n");
    return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  }
}

/** Lines of a stream with the pieces of long ones put together. */
export function joinPieces(lines: readonly LogLine[], stream: LogStream): readonly string[] {
  const whole: string[] = [];
  let begun = "";
  for (const { line, isPartial } of lines.filter((one) => one.stream === stream)) {
    begun += line;
    if (isPartial === true) continue;
    whole.push(begun);
    begun = "";
  }
  return whole;
}

/** Where two lists of lines differ first, in words: the whole difference would be megabytes. */
export function findDifference(actual: readonly string[], expected: readonly string[]): string | undefined {
  const index = expected.findIndex((line, position) => actual[position] !== line);
  const at = index < 0 ? expected.length : index;
  if (index < 0 && actual.length === expected.length) return undefined;
  const show = (line: string | undefined): string => JSON.stringify(line?.slice(0, 60)) ?? "nothing";
  return `line ${at} of ${actual.length}, expected ${expected.length}: ${show(actual[at])} for ${show(expected[at])}`;
}
