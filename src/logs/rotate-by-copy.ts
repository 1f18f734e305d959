import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { copyBytes } from "./copy-bytes.js";
import { collapseCutter } from "./cut-by-collapse.js";
import { cutByTruncation } from "./cut-by-truncation.js";
import type { CopiedHead, CutHead, RunProgram } from "./head-cut.js";
import { shiftArchives } from "./log-archives.js";
import type { LogFile } from "./log-file.js";
import { lookAtLog, openLog } from "./open-log.js";
import { readBlocks } from "./read-blocks.js";
import type { Rotator } from "./rotator.js";

/**
 * Rotates a file under the descriptor of its writer, which need not know: copies it, then removes what was copied from
 * its beginning. Without loss where the file system can collapse a range, else by truncation, with the loss said there.
 * The copy is called `app.log.rotating` until its bytes are removed, so that a host killed meanwhile leaves no doubt.
 *
 * @param run starts `fallocate`
 */
export function copyRotator(run: RunProgram): Rotator {
  const cutters: readonly CutHead[] = [collapseCutter(run), cutByTruncation];
  return {
    unfinishedPath: partOf,
    recover: (file) => file.exclusive(() => recover(file.path)),
    rotate: (file, maxBytes) => rotate(file, cutters, maxBytes),
  };
}

const partOf = (path: string): string => `${path}.rotating`;

async function rotate(file: LogFile, cutters: readonly CutHead[], maxBytes = Number.POSITIVE_INFINITY) {
  const { path } = file;
  await file.exclusive(() => recover(path));
  const source = await openForCut(path);
  if (source === undefined) return false;
  try {
    const { size, mode, blksize } = await source.stat();
    if (size === 0) return false;
    const { removedBytes } = file;
    await using copy = await newCopy(path, mode);
    await copyBytes(source, copy.archive, 0, Math.min(size, Math.ceil(maxBytes / blksize) * blksize));
    // What is removed from one file must have arrived in the other. Not in the readers' time: a disk may take seconds.
    await copy.archive.datasync();
    return await file.exclusive(async () => {
      const wasCleared = file.removedBytes !== removedBytes || (await source.stat()).size < size;
      if (wasCleared) return false;
      const bytes = await cutHead(path, { source, archive: copy.archive }, cutters);
      copy.keep();
      await file.headCut({ bytes, archivePath: partOf(path) });
      await fileAway(path);
      return true;
    });
  } finally {
    await source.close();
  }
}

/** The copy goes with the block, unless its original has gone. */
async function newCopy(path: string, mode: number) {
  const archive = await open(partOf(path), "wx", mode & 0o777);
  let isKept = false;
  return {
    archive,
    keep: () => {
      isKept = true;
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await archive.close();
      if (!isKept) await rm(partOf(path), { force: true });
    },
  };
}

async function cutHead(path: string, head: CopiedHead, cutters: readonly CutHead[]): Promise<number> {
  const named = await lookAtLog(path);
  const { dev, ino } = await head.source.stat({ bigint: true });
  if (named?.id !== `${dev}:${ino}`) throw new Error(`${path} was replaced while it was rotated; it is left as it is`);
  for (const cut of cutters) {
    const bytes = await cut(head);
    if (bytes !== undefined) return bytes;
  }
  throw new Error("cannot happen: a file can always be truncated");
}

async function fileAway(path: string): Promise<void> {
  await shiftArchives(path);
  await rename(partOf(path), `${path}.1`);
}

/** Of a host killed in the midst: the copy is dropped while its original is there, and filed away when that is gone. */
async function recover(path: string): Promise<void> {
  const copy = await openLog(partOf(path));
  if (copy === undefined) return;
  const current = await openLog(path);
  try {
    if (current !== undefined) await awaitCut(current.handle);
    const isStillThere = current !== undefined && (await isBeginningOf(copy.handle, current.handle));
    await (isStillThere ? rm(partOf(path)) : fileAway(path));
  } finally {
    await copy.handle.close();
    await current?.handle.close();
  }
}

/**
 * The `fallocate` of a killed host lives on, for as long as the disk takes what has not been written yet; until then the
 * bytes can be read where they were. A change of the file's mode, here to what it is, waits for that in the kernel.
 */
async function awaitCut(log: FileHandle): Promise<void> {
  const { mode } = await log.stat();
  // Of a file of somebody else there is no such change, and nothing to wait by.
  await log.chmod(mode & 0o7777).catch(() => undefined);
}

async function isBeginningOf(copy: FileHandle, current: FileHandle): Promise<boolean> {
  const { size } = await copy.stat();
  if ((await current.stat()).size < size) return false;
  const blocks = readBlocks(current, 0, size);
  for await (const block of readBlocks(copy, 0, size)) {
    const { value, done } = await blocks.next();
    if (done === true || !block.equals(value)) return false;
  }
  return true;
}

async function openForCut(path: string): Promise<FileHandle | undefined> {
  if ((await lookAtLog(path)) === undefined) return undefined;
  return await open(path, constants.O_RDWR | constants.O_NONBLOCK);
}
