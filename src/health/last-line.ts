import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

/** The last line with something in it of what a stream has given so far; only this much of its end is kept. */
export interface LastLine {
  read(): string;
  /** Resolves when there will be no more; never rejects. */
  readonly ended: Promise<void>;
}

const keptBytes = 1024;

/** Reads a stream as fast as it comes, so that its writer never waits, and keeps its last kilobyte. */
export function keepLastLine(stream: Readable): LastLine {
  let kept = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk.subarray(-keptBytes)]).subarray(-keptBytes);
  });
  // A broken pipe ends the stream; how its writer ended is told elsewhere.
  stream.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => stream.once("close", resolve));
  return {
    ended,
    read: () => {
      const lines = stripVTControlCharacters(kept.toString("utf8")).split(/[\r\n]+/);
      return lines.findLast((line) => line.trim() !== "")?.trim() ?? "";
    },
  };
}
