import type { FileHandle } from "node:fs/promises";
import { blockBytes } from "./read-blocks.js";

const newline = 0x0a;

/** Result of a search: where the newline is, or how many were still missing at the beginning of the part. */
export type NewlineSearch = { readonly atByte: number } | { readonly missing: number };

/** The `nth` newline from the end of a part of a file, read backwards in blocks. */
export async function findNewlineBackwards(
  handle: FileHandle,
  fromByte: number,
  toByte: number,
  nth: number,
): Promise<NewlineSearch> {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(blockBytes, toByte - fromByte)));
  let missing = nth;
  for (let endByte = toByte; endByte > fromByte; ) {
    const blockStart = Math.max(fromByte, endByte - buffer.length);
    const { bytesRead } = await handle.read(buffer, 0, endByte - blockStart, blockStart);
    let found = buffer.subarray(0, bytesRead).lastIndexOf(newline);
    while (found >= 0) {
      missing -= 1;
      if (missing === 0) return { atByte: blockStart + found };
      found = found === 0 ? -1 : buffer.lastIndexOf(newline, found - 1);
    }
    endByte = blockStart;
  }
  return { missing };
}
