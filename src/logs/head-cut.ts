import type { FileHandle } from "node:fs/promises";

/** A log whose beginning has been copied. */
export interface CopiedHead {
  readonly source: FileHandle;
  /** Holds the copy: as many bytes of the beginning as it is long. */
  readonly archive: FileHandle;
}

/**
 * Removes the beginning of a file that others append to, and leaves the archive as long as what was removed. Resolves to
 * that number of bytes, or to undefined when it cannot be done this way here.
 */
export type CutHead = (head: CopiedHead) => Promise<number | undefined>;

/** Runs a program to its end; resolves to its exit code, rejects when it could not be started. */
export type RunProgram = (file: string, args: readonly string[]) => Promise<number>;
