import type { FileHandle } from "node:fs/promises";
import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import { openLog } from "./open-log.js";
import { blockBytes, readBlocks } from "./read-blocks.js";

const newline = 0x0a;

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
    const startByte = await findLineStart(log.handle, fromByte, toByte, count);
    for await (const block of readBlocks(log.handle, startByte, toByte)) splitter.push(block);
    splitter.end();
    return ring.last();
  } finally {
    await log.handle.close();
  }
}

/** Where the last `count` lines of a part of a file begin; `fromByte` when it has fewer. */
export async function findLineStart(
  handle: FileHandle,
  fromByte: number,
  toByte: number,
  count: number,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(blockBytes, toByte - fromByte));
  // The newline of the last line ends it and does not begin another.
  let endByte = toByte - 1;
  let missing = count;
  while (endByte > fromByte) {
    const blockStart = Math.max(fromByte, endByte - buffer.length);
    const { bytesRead } = await handle.read(buffer, 0, endByte - blockStart, blockStart);
    let found = buffer.subarray(0, bytesRead).lastIndexOf(newline);
    while (found >= 0) {
      missing -= 1;
      if (missing === 0) return blockStart + found + 1;
      found = found === 0 ? -1 : buffer.lastIndexOf(newline, found - 1);
    }
    endByte = blockStart;
  }
  return fromByte;
}
