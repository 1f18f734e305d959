import { LineRing } from "./line-ring.js";
import { LineSplitter } from "./line-splitter.js";
import type { LogFile } from "./log-file.js";
import { findLineStart, readSegments } from "./segments.js";

/**
 * The last `count` lines of a log from a byte on, oldest first, without their line ends. It is read from the end, so that its
 * size does not matter; memory is that of the result. A last line without a newline counts. Of a line over 64 KiB each
 * piece counts as a line. A missing file has no lines; other failures of reading reject with Node's error.
 */
export async function readLastLines(
  file: LogFile,
  count: number,
  fromByte = Number.NEGATIVE_INFINITY,
): Promise<readonly string[]> {
  if (count <= 0) return [];
  return await file.exclusive(async () => {
    const segments = await file.segments();
    const toByte = segments.at(-1)?.toByte ?? 0;
    const ring = new LineRing<string>(count);
    const splitter = new LineSplitter((line) => ring.push(line));
    const startByte = await findLineStart(segments, { fromByte, toByte }, count);
    for await (const block of readSegments(segments, startByte, toByte)) splitter.push(block);
    splitter.end();
    return ring.last();
  });
}
