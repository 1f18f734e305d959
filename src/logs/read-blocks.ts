import type { FileHandle } from "node:fs/promises";

/** Bytes read at a time: lines of one block take well under a millisecond to cut. */
export const blockBytes = 65_536;

/** A part of a file in blocks, from one byte up to another, or to the end. A block is valid until the next is asked for. */
export async function* readBlocks(handle: FileHandle, fromByte: number, toByte: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(blockBytes, toByte - fromByte)));
  for (let position = fromByte; position < toByte; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, toByte - position), position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
