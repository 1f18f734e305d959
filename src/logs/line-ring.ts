/** The last lines of a stream, and no more: a new one pushes out the oldest. */
export class LineRing<Line> {
  readonly #capacity: number;
  readonly #lines: Line[] = [];
  /** Where the oldest line is, once the ring is full. */
  #oldest = 0;

  /** @param capacity number of lines kept, a whole number; 0 keeps none */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  push(line: Line): void {
    if (this.#capacity <= 0) return;
    if (this.#lines.length < this.#capacity) {
      this.#lines.push(line);
      return;
    }
    this.#lines[this.#oldest] = line;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }

  /** The last `count` lines, oldest first; all that are kept without it. */
  last(count = this.#capacity): readonly Line[] {
    if (count <= 0) return [];
    return [...this.#lines.slice(this.#oldest), ...this.#lines.slice(0, this.#oldest)].slice(-count);
  }

  clear(): void {
    this.#lines.length = 0;
    this.#oldest = 0;
  }
}
