const newline = 0x0a;
const carriageReturn = 0x0d;
const empty = Buffer.alloc(0);

/** Gets each line without its line end. A piece of a line over the limit is partial, unless it is the last piece. */
export type OnLine = (line: string, isPartial: boolean) => void;

/**
 * Cuts a stream of bytes into lines that end in LF or CRLF. Nothing else is changed: characters arrive whole however
 * the chunks are cut, and blank lines, indentation, NUL and escape sequences stay. A line longer than `maxLineBytes` is
 * delivered in pieces, so that memory is bounded by that plus one chunk.
 */
export class LineSplitter {
  readonly #onLine: OnLine;
  readonly #maxLineBytes: number;
  /** The beginning of a line whose end has not come yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The last line was delivered before its end came. */
  #awaitsLineEnd = false;

  /** @param maxLineBytes at least 4, the longest character in UTF-8 */
  constructor(onLine: OnLine, maxLineBytes = 65_536) {
    this.#onLine = onLine;
    this.#maxLineBytes = Math.max(4, maxLineBytes);
  }

  /** Bytes of the unfinished line that have come but were not delivered. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes the next bytes; the chunk may be overwritten afterwards. */
  push(chunk: Buffer): void {
    if (this.#awaitsLineEnd && chunk.length > 0) {
      this.#awaitsLineEnd = false;
      if (chunk[0] === newline) return this.push(chunk.subarray(1));
    }
    const end = chunk.indexOf(newline);
    if (end < 0) return this.#hold(chunk);
    if (this.#heldBytes === 0) return this.#deliver(chunk);
    // Only the line that was begun is put together: copies of whole chunks would be most of the garbage of a flood.
    this.#held.push(chunk.subarray(0, end + 1));
    this.#deliver(this.#takeHeld());
    this.#deliver(chunk.subarray(end + 1));
  }

  /** The stream has ended, or a new one follows: an unfinished line is delivered as it is. */
  end(): void {
    if (this.#heldBytes === 0) return;
    const rest = this.#takeHeld();
    this.#deliverPieces(rest);
  }

  /** Nobody goes on with an unfinished line: it is delivered. Should its end come nevertheless, that is no line of its own. */
  endLine(): void {
    if (this.#heldBytes > 0) this.awaitLineEnd();
    this.end();
  }

  /** What came before what is pushed was an unfinished line. */
  awaitLineEnd(): void {
    this.#awaitsLineEnd = true;
  }

  #deliver(bytes: Buffer): void {
    let start = 0;
    while (start < bytes.length) {
      // Many lines are decoded at once, which costs a third of decoding each; none of them can be over the limit.
      const last = bytes.lastIndexOf(newline, Math.min(start + this.#maxLineBytes, bytes.length) - 1);
      if (last >= start) {
        this.#deliverLines(bytes.toString("utf8", start, last));
        start = last + 1;
        continue;
      }
      const end = bytes.indexOf(newline, start);
      if (end < 0) return this.#hold(bytes.subarray(start));
      const contentEnd = bytes[end - 1] === carriageReturn && end > start ? end - 1 : end;
      this.#deliverPieces(bytes.subarray(start, contentEnd));
      start = end + 1;
    }
  }

  #deliverLines(text: string): void {
    const lines = text.split("\n");
    // Looked for once in all of them: most programs write none.
    if (text.includes("\r"))
      for (const line of lines) this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line, false);
    else for (const line of lines) this.#onLine(line, false);
  }

  #deliverPieces(line: Buffer): void {
    let rest = line;
    while (rest.length > this.#maxLineBytes) rest = this.#deliverPiece(rest);
    this.#onLine(rest.toString("utf8"), false);
  }

  /** Delivers the longest beginning within the limit that does not cut a character; returns what is left. */
  #deliverPiece(line: Buffer): Buffer {
    let end = this.#maxLineBytes;
    while (end > this.#maxLineBytes - 4 && isContinuation(line[end])) end -= 1;
    if (isContinuation(line[end])) end = this.#maxLineBytes;
    this.#onLine(line.toString("utf8", 0, end), true);
    return line.subarray(end);
  }

  #hold(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#held.push(Buffer.from(chunk));
    this.#heldBytes += chunk.length;
    // A CR at the end may belong to the line end: it does not count yet.
    if (this.#heldBytes - (chunk.at(-1) === carriageReturn ? 1 : 0) <= this.#maxLineBytes) return;
    let rest = this.#takeHeld();
    while (contentBytes(rest) > this.#maxLineBytes) rest = this.#deliverPiece(rest);
    if (rest.length === 0) return;
    this.#held = [Buffer.from(rest)];
    this.#heldBytes = rest.length;
  }

  #takeHeld(): Buffer {
    const held = this.#held.length === 1 ? (this.#held[0] ?? empty) : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }
}

function contentBytes(line: Buffer): number {
  return line.at(-1) === carriageReturn ? line.length - 1 : line.length;
}

/** Whether a byte is inside a character, not its first: 10xxxxxx, utf-8(7). */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
