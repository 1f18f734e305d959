import { findNewlineBackwards } from "./find-newline.js";
import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import { openLog } from "./open-log.js";
import { readBlocks } from "./read-blocks.js";

/** A part of a file in bytes: from `fromByte` (the first byte without it) up to, not including, `toByte` (the end). */
export interface ByteRange {
  readonly fromByte?: number | undefined;
  readonly toByte?: number | undefined;
}

/**
 * The last `count` lines of a file, oldest first, without their line ends. It is read from the end, so that its size
 * does not matter; memory is that of the result. A last line without a newline counts. Of a line over 64 KiB each piece
 * counts as a line. A missing file has no lines; other failures of reading reject with Node's error.
 */
export async function readLastLines(path: string, count: number, range: ByteRange = {}): Promise<readonly string[]> {
  if (count <= 0) return [];
  const log = await openLog(path);
  if (log === undefined) return [];
  try {
    const { size } = await log.handle.stat();
    const toByte = Math.min(range.toByte ?? size, size);
    const fromByte = Math.min(range.fromByte ?? 0, toByte);
    const ring = new LineRing<string>(count);
    const splitter = new LineSplitter((line) => ring.push(line));
    // The newline of the last line ends it and does not begin another.
    const found = await findNewlineBackwards(log.handle, fromByte, toByte - 1, count);
    const startByte = "atByte" in found ? found.atByte + 1 : fromByte;
    for await (const block of readBlocks(log.handle, startByte, toByte)) splitter.push(block);
    splitter.end();
    return ring.last();
  } finally {
    await log.handle.close();
  }
}
