import { ftruncateSync, readSync, writeSync } from "node:fs";
import { copyBytes } from "./copy-bytes.js";
import type { CopiedHead } from "./head-cut.js";

const blockBytes = 65_536;
/** Copies of the rest before the last ones, which block the event loop: some milliseconds in all. */
const freeRounds = 16;
const blockingRounds = 256;

/**
 * Copies what has been written since until there is nothing more, then truncates. What is written between the last look
 * and the truncation is lost, some microseconds. Measured with 2 million numbered lines, at a rotation each 20 MB: 0 lost
 * at 0.27 million lines a second, 300 at full speed, a million lines a second. For file systems that cannot collapse.
 */
export async function cutByTruncation({ source, archive }: CopiedHead): Promise<number> {
  let copied = (await archive.stat()).size;
  for (let round = 0; round < freeRounds; round++) {
    const before = copied;
    copied = await copyBytes(source, archive, copied, Number.MAX_SAFE_INTEGER);
    if (copied - before < blockBytes) break;
  }
  await archive.datasync();
  copied = copyRestNow(source.fd, archive.fd, copied);
  ftruncateSync(source.fd, 0);
  return copied;
}

/** Without a turn of the event loop, which would give the writer time. */
function copyRestNow(source: number, archive: number, fromByte: number): number {
  const buffer = Buffer.allocUnsafe(blockBytes);
  let position = fromByte;
  for (let round = 0; round < blockingRounds; round++) {
    const bytesRead = readSync(source, buffer, 0, blockBytes, position);
    if (bytesRead === 0) break;
    for (let written = 0; written < bytesRead; ) {
      written += writeSync(archive, buffer, written, bytesRead - written, position + written);
    }
    position += bytesRead;
  }
  return position;
}
