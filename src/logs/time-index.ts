interface Mark {
  readonly bytes: number;
  readonly at: Date;
}

/** Marks kept; a fine grain for the last hours and a coarse one for what is older. */
const maxMarks = 256;

/** A part of a log whose lines were first seen at the same time. */
export interface TimedRange {
  readonly fromByte: number;
  readonly toByte: number;
  readonly at: Date | undefined;
}

/** Remembers how long a log was at which times, so that its lines have one though none is written beside them. */
export class TimeIndex {
  #marks: Mark[] = [];

  /** Bytes at the last mark; -1 without one. */
  get markedBytes(): number {
    return this.#marks.at(-1)?.bytes ?? -1;
  }

  /** The log has this many bytes now. What comes before the first mark has no time. */
  mark(bytes: number, at: Date): void {
    if (bytes <= this.markedBytes) return;
    this.#marks.push({ bytes, at });
    if (this.#marks.length > maxMarks) this.#thinOut();
  }

  /** The parts of a range with the time each was seen, in order. What comes after the last mark has no time yet. */
  split(fromByte: number, toByte: number): readonly TimedRange[] {
    const ranges: TimedRange[] = [];
    let position = fromByte;
    for (const [index, mark] of this.#marks.entries()) {
      if (mark.bytes <= position) continue;
      if (position >= toByte) break;
      const end = Math.min(mark.bytes, toByte);
      ranges.push({ fromByte: position, toByte: end, at: index === 0 ? undefined : mark.at });
      position = end;
    }
    if (position < toByte) ranges.push({ fromByte: position, toByte, at: undefined });
    return ranges;
  }

  /** Another file has taken the place of the log. */
  clear(): void {
    this.#marks = [];
  }

  /** A mark less makes the lines before it seem as late as those after it: tolerable for old ones. */
  #thinOut(): void {
    const half = maxMarks / 2;
    this.#marks = this.#marks.filter((_, index) => index === 0 || index >= half || index % 2 === 0);
  }
}
