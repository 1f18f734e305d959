import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** The line that sets the runs of a process apart in its log. */
export function describeStart(name: string, at: Date): string {
  return `--- ${name} starts at ${at.toISOString()} ---`;
}

/**
 * Appends a line to a log that nobody writes at this moment, on a line of its own also when the last one has no end. What cannot
 * be written is left out: whoever opens the file next tells what is wrong with it.
 */
export function writeMarker(path: string, line: string): void {
  let file: number | undefined;
  try {
    // Without waiting, because open(2) of a FIFO without a reader would never return.
    file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK, 0o600);
    const stats = fstatSync(file);
    if (stats.isFile()) writeSync(file, `${endsInLine(file, stats.size) ? "\n" : ""}${line}\n`);
  } catch {
    // See above.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const newline = 10;

function endsInLine(file: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== newline;
}
