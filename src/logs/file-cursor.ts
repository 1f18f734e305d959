import { lookAtLog, type OpenLog, openLog } from "./open-log.js";
import { blockBytes, readBlocks } from "./read-blocks.js";

/** What a read has come to: nothing new, all there was, or as much as one read takes. */
export type ReadOutcome = "nothing" | "all" | "part";

/** So much at a time: who rotates the file waits for it, and a writer may be faster than we are. */
const turnBytes = 4 * 1024 * 1024;

/** Gets what a cursor reads. */
export interface CursorReader {
  /** The next bytes; valid only during the call. */
  onBlock(block: Buffer): void;
  /** What follows does not continue what came before: the file was truncated or replaced. */
  onBreak(): void;
}

/**
 * A place in a file that grows at its end. It finds the beginning again when the file was truncated. When another file
 * has taken its name, the rest of the old one comes first: it is left once the new one has content, because a program
 * told to open its log anew writes there only after it has finished with the old one. A truncated file that has grown
 * beyond the place before anybody looked cannot be told from one that was not truncated.
 */
export class FileCursor {
  readonly #path: string;
  readonly #reader: CursorReader;
  #log: OpenLog | undefined;
  #atByte: number;
  #buffer: Buffer | undefined;
  #isClosed = false;

  constructor(path: string, fromByte: number, reader: CursorReader) {
    this.#path = path;
    this.#atByte = fromByte;
    this.#reader = reader;
  }

  /** Reads on; rejects when the file cannot be read. One call at a time. */
  async read(): Promise<ReadOutcome> {
    if (this.#isClosed) return "nothing";
    this.#log ??= await openLog(this.#path);
    if (this.#log === undefined) {
      this.#atByte = 0;
      return "nothing";
    }
    const { size } = await this.#log.handle.stat();
    if (size < this.#atByte) this.#beginAnew();
    const outcome = await this.#readOn(this.#log);
    if (outcome === "part") return outcome;
    const named = await lookAtLog(this.#path);
    if (named === undefined || named.id === this.#log.id || named.bytes === 0) return outcome;
    await this.#changeFiles(this.#log);
    return "part";
  }

  /** First byte of the file that was not read yet. */
  get atByte(): number {
    return this.#atByte;
  }

  /** That many bytes were taken from the beginning; those not read yet are read where they are now. Not while `read` runs. */
  async moveBack(bytes: number, archivePath: string | undefined): Promise<void> {
    const named = await lookAtLog(this.#path);
    if (this.#log !== undefined && named?.id !== this.#log.id) return;
    const archive = this.#atByte < bytes && archivePath !== undefined ? await openLog(archivePath) : undefined;
    if (archive !== undefined) await this.#readBlocks(archive, bytes).finally(() => archive.handle.close());
    this.#atByte = Math.max(0, this.#atByte - bytes);
  }

  /** Lets go of the file. Not while `read` runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const log = this.#log;
    this.#log = undefined;
    await log?.handle.close();
  }

  /** Ends a read after the block it is at. */
  stop(): void {
    this.#isClosed = true;
  }

  /** The rest of the old file comes first. */
  async #changeFiles(old: OpenLog): Promise<void> {
    if ((await this.#readOn(old)) === "part") return;
    this.#log = undefined;
    await old.handle.close();
    this.#beginAnew();
  }

  async #readOn(log: OpenLog): Promise<ReadOutcome> {
    const fromByte = this.#atByte;
    await this.#readBlocks(log, fromByte + turnBytes);
    const bytes = this.#atByte - fromByte;
    if (bytes === turnBytes) return "part";
    if (bytes > 0) return "all";
    this.#buffer = undefined;
    return "nothing";
  }

  async #readBlocks({ handle }: OpenLog, toByte: number): Promise<void> {
    // One for all reads of a flood: theirs would be tens of megabytes before they are collected.
    this.#buffer ??= Buffer.allocUnsafe(blockBytes);
    for await (const block of readBlocks(handle, this.#atByte, toByte, this.#buffer)) {
      if (this.#isClosed) return;
      this.#atByte += block.length;
      this.#reader.onBlock(block);
    }
  }

  #beginAnew(): void {
    this.#atByte = 0;
    if (!this.#isClosed) this.#reader.onBreak();
  }
}
