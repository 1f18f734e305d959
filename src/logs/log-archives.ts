import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A file that holds an older part of a log: `app.log.1` is the newest. */
export interface LogArchive {
  readonly path: string;
  readonly number: number;
  readonly isCompressed: boolean;
  readonly bytes: number;
}

/** The older parts of a log, newest first. What is not named as one of them is not touched. */
export async function listArchives(path: string): Promise<readonly LogArchive[]> {
  const directory = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = await readdir(directory).catch(() => []);
  const archives = await Promise.all(
    names.filter((name) => name.startsWith(prefix)).map((name) => readArchive(directory, name, prefix)),
  );
  return archives.filter((archive) => archive !== undefined).sort((one, other) => one.number - other.number);
}

async function readArchive(directory: string, name: string, prefix: string): Promise<LogArchive | undefined> {
  const [, digits, suffix] = /^([1-9]\d{0,3})(\.gz)?$/.exec(name.slice(prefix.length)) ?? [];
  if (digits === undefined) return undefined;
  const path = join(directory, name);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return undefined;
  return { path, number: Number(digits), isCompressed: suffix !== undefined, bytes: stats.size };
}

/** Makes `app.log.1` free: each archive up to the first free number moves on by one. */
export async function shiftArchives(path: string): Promise<void> {
  const archives = await listArchives(path);
  const taken = new Set(archives.map(({ number }) => number));
  let free = 1;
  while (taken.has(free)) free += 1;
  for (const archive of archives.toReversed()) {
    if (archive.number >= free) continue;
    await rename(archive.path, `${path}.${archive.number + 1}${archive.isCompressed ? ".gz" : ""}`);
  }
}

/** How much of a log is kept. */
export interface LogRetention {
  /** How many files, the current one included. */
  readonly maxFiles: number;
  /** Bytes of all files together, the current one included; undefined is no limit. */
  readonly maxTotalBytes?: number | undefined;
}

/** Deletes the oldest archives until the rest is within the limits. */
export async function pruneArchives(path: string, { maxFiles, maxTotalBytes }: LogRetention): Promise<void> {
  let bytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  for (const archive of await listArchives(path)) {
    bytes += archive.bytes;
    if (archive.number >= maxFiles || bytes > (maxTotalBytes ?? Number.POSITIVE_INFINITY)) await rm(archive.path);
  }
}
