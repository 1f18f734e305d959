import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { listArchives } from "./log-archives.js";
import type { LogFile } from "./log-file.js";

/**
 * Compresses the archives but the newest, which stays text so that the end of the log can always be read. A program
 * killed meanwhile leaves either the text or the whole compressed file, or both, and then the text goes the next time.
 */
export async function compressArchives(file: LogFile): Promise<void> {
  const archives = await listArchives(file.path);
  for (const { path, number, isCompressed } of archives) {
    if (isCompressed || number === 1) continue;
    const isDone = archives.some((other) => other.isCompressed && other.number === number);
    if (!isDone) {
      const unfinished = `${path}.gz.tmp`;
      try {
        await pipeline(createReadStream(path), createGzip(), createWriteStream(unfinished, { mode: 0o600 }));
      } catch (reason) {
        await rm(unfinished, { force: true });
        throw reason;
      }
      await rename(unfinished, `${path}.gz`);
    }
    // Whoever reads the end of the log has opened it by now.
    await file.exclusive(() => rm(path));
  }
}
