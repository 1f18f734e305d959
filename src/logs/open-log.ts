import { type BigIntStats, constants, statSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";

/** A file that is opened for reading, and which one it is. */
export interface OpenLog {
  readonly handle: FileHandle;
  readonly id: string;
}

/**
 * Opens a log for reading; undefined when there is no regular file that we may read. Without waiting, because open(2)
 * of a FIFO without a writer would never return.
 */
export async function openLog(path: string): Promise<OpenLog | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  const stats = await handle?.stat({ bigint: true }).catch(() => undefined);
  if (handle !== undefined && stats?.isFile() === true) return { handle, id: idOf(stats) };
  await handle?.close().catch(() => undefined);
  return undefined;
}

/** Which regular file the path names now and its size in bytes; undefined when there is none. */
export async function lookAtLog(path: string): Promise<{ readonly id: string; readonly bytes: number } | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() === true ? { id: idOf(stats), bytes: Number(stats.size) } : undefined;
}

/** Its size in bytes, without a turn of the event loop: at a start that is most of the time it takes. */
export function sizeNow(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}

function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
