import { findNewlineBackwards } from "./find-newline.js";
import { openLog } from "./open-log.js";
import { readBlocks } from "./read-blocks.js";

/**
 * A file that holds a part of a log. Its bytes are counted through all files of the log, so that a line cut by rotation
 * is read as one.
 */
export interface Segment {
  readonly path: string;
  readonly fromByte: number;
  readonly toByte: number;
}

/** A part of a log in blocks. A segment that has gone is skipped. A block is valid until the next is asked for. */
export async function* readSegments(
  segments: readonly Segment[],
  fromByte: number,
  toByte: number,
): AsyncGenerator<Buffer> {
  for (const segment of segments) {
    const [from, to] = [Math.max(fromByte, segment.fromByte), Math.min(toByte, segment.toByte)];
    if (from >= to) continue;
    const log = await openLog(segment.path);
    if (log === undefined) continue;
    try {
      yield* readBlocks(log.handle, from - segment.fromByte, to - segment.fromByte);
    } finally {
      await log.handle.close();
    }
  }
}

export interface ByteRange {
  /** @default that of the first byte that can be read */
  readonly fromByte?: number;
  readonly toByte: number;
}

/** Where the last `count` lines of a range begin; its first byte that can be read when there are fewer. */
export async function findLineStart(
  segments: readonly Segment[],
  { fromByte = Number.NEGATIVE_INFINITY, toByte }: ByteRange,
  count: number,
): Promise<number> {
  let missing = count;
  for (const segment of segments.toReversed()) {
    // The newline of the last line ends it and does not begin another.
    const endByte = Math.min(toByte - 1, segment.toByte);
    const startByte = Math.max(fromByte, segment.fromByte);
    if (endByte <= startByte) continue;
    const log = await openLog(segment.path);
    if (log === undefined) return segment.toByte;
    const [from, to] = [startByte - segment.fromByte, endByte - segment.fromByte];
    const found = await findNewlineBackwards(log.handle, from, to, missing).finally(() => log.handle.close());
    if ("atByte" in found) return segment.fromByte + found.atByte + 1;
    missing = found.missing;
  }
  return Math.min(toByte, Math.max(fromByte, segments[0]?.fromByte ?? toByte));
}
