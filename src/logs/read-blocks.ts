import type { FileHandle } from "node:fs/promises";

/** Bytes read at a time: lines of one block take less than a millisecond to cut. */
export const blockBytes = 131_072;

/**
 * A part of a file in blocks, from one byte up to another, or to the end. A block is valid until the next is asked for.
 *
 * @param buffer to read into, for who reads again and again; as large as the blocks are to be
 */
export async function* readBlocks(
  handle: FileHandle,
  fromByte: number,
  toByte: number,
  buffer: Buffer = Buffer.allocUnsafe(Math.max(0, Math.min(blockBytes, toByte - fromByte))),
): AsyncGenerator<Buffer> {
  for (let position = fromByte; position < toByte; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, toByte - position), position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
