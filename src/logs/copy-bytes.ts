import type { FileHandle } from "node:fs/promises";

/** Few system calls, and little memory for many logs that are rotated in a flood. */
const copyBlockBytes = 65_536;

/** Copies a part of one file to the same place in another; returns where the source ended, or `toByte`. */
export async function copyBytes(
  source: FileHandle,
  target: FileHandle,
  fromByte: number,
  toByte: number,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(copyBlockBytes, toByte - fromByte)));
  let position = fromByte;
  while (position < toByte) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, toByte - position), position);
    if (bytesRead === 0) break;
    await writeAll(target, buffer.subarray(0, bytesRead), position);
    position += bytesRead;
  }
  return position;
}

/** A write may take less than it was given, write(2). */
async function writeAll(target: FileHandle, block: Buffer, position: number): Promise<void> {
  for (let written = 0; written < block.length; ) {
    const { bytesWritten } = await target.write(block, written, block.length - written, position + written);
    written += bytesWritten;
  }
}
