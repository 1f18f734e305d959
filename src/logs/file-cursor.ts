import { lookAtLog, type OpenLog, openLog } from "./open-log.js";
import { readBlocks } from "./read-blocks.js";

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
  #isClosed = false;

  constructor(path: string, fromByte: number, reader: CursorReader) {
    this.#path = path;
    this.#atByte = fromByte;
    this.#reader = reader;
  }

  /** Reads to the end. True when there was something; rejects when the file cannot be read. One call at a time. */
  async read(): Promise<boolean> {
    if (this.#isClosed) return false;
    this.#log ??= await openLog(this.#path);
    if (this.#log === undefined) {
      this.#atByte = 0;
      return false;
    }
    const { size } = await this.#log.handle.stat();
    if (size < this.#atByte) this.#beginAnew();
    const hasRead = await this.#readToEnd(this.#log);
    const named = await lookAtLog(this.#path);
    if (named === undefined || named.id === this.#log.id || named.bytes === 0) return hasRead;
    return (await this.#changeFiles(this.#log)) || hasRead;
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

  async #changeFiles(old: OpenLog): Promise<boolean> {
    const hasRead = await this.#readToEnd(old);
    this.#log = undefined;
    await old.handle.close();
    this.#beginAnew();
    this.#log = await openLog(this.#path);
    if (this.#log === undefined) return hasRead;
    return (await this.#readToEnd(this.#log)) || hasRead;
  }

  async #readToEnd({ handle }: OpenLog): Promise<boolean> {
    const fromByte = this.#atByte;
    for await (const block of readBlocks(handle, fromByte, Number.POSITIVE_INFINITY)) {
      if (this.#isClosed) break;
      this.#atByte += block.length;
      this.#reader.onBlock(block);
    }
    return this.#atByte > fromByte;
  }

  #beginAnew(): void {
    this.#atByte = 0;
    if (!this.#isClosed) this.#reader.onBreak();
  }
}
