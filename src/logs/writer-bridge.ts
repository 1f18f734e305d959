import type { Readable, Writable } from "node:stream";

/** Bytes that may wait in a slow writer before output is dropped instead of being kept in memory. */
const maxWaitingBytes = 1024 * 1024;

/**
 * Hands a child's output to a writer of the caller. The child is always read at full speed: a writer that cannot keep
 * up loses output, and a line in its stream says how much. A writer that has ended gets nothing more.
 */
export function bridgeOutput(output: Readable, writer: Writable): void {
  let droppedBytes = 0;
  output.on("data", (chunk: Buffer) => {
    if (writer.destroyed || writer.writableEnded) return;
    if (writer.writableLength > maxWaitingBytes) {
      droppedBytes += chunk.length;
      return;
    }
    if (droppedBytes > 0) writer.write(`\n[drover: ${droppedBytes} bytes dropped, the writer was too slow]\n`);
    droppedBytes = 0;
    writer.write(chunk);
  });
  // A broken pipe ends the stream; the exit of the process is told elsewhere.
  output.on("error", () => undefined);
}
