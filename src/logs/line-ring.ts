/** A bound besides the number of lines. */
export interface RingWeight<Line> {
  readonly max: number;
  readonly of: (line: Line) => number;
}

/** The last lines of a stream, and no more: a new one pushes out the oldest. */
export class LineRing<Line> {
  readonly #capacity: number;
  readonly #weight: RingWeight<Line> | undefined;
  readonly #lines: Line[] = [];
  /** Index of the oldest line; those before it were pushed out and are removed many at a time. */
  #first = 0;
  #totalWeight = 0;

  /** @param capacity number of lines kept, a whole number; 0 keeps none */
  constructor(capacity: number, weight?: RingWeight<Line>) {
    this.#capacity = capacity;
    this.#weight = weight;
  }

  push(line: Line): void {
    this.#lines.push(line);
    this.#totalWeight += this.#weight?.of(line) ?? 0;
    while (this.#lines.length - this.#first > this.#capacity || this.#isTooHeavy()) this.#dropOldest();
    // Rarely enough that it costs nothing, often enough that little memory is held for nothing.
    if (this.#first <= this.#capacity / 4 + 16) return;
    this.#lines.splice(0, this.#first);
    this.#first = 0;
  }

  /** The last `count` lines, oldest first; all that are kept without it. */
  last(count = this.#capacity): readonly Line[] {
    if (count <= 0) return [];
    return this.#lines.slice(Math.max(this.#first, this.#lines.length - count));
  }

  clear(): void {
    this.#lines.length = 0;
    this.#first = 0;
    this.#totalWeight = 0;
  }

  #isTooHeavy(): boolean {
    const isSeveral = this.#lines.length - this.#first > 1;
    return this.#weight !== undefined && this.#totalWeight > this.#weight.max && isSeveral;
  }

  #dropOldest(): void {
    const [oldest] = this.#lines.slice(this.#first, this.#first + 1);
    if (oldest !== undefined) this.#totalWeight -= this.#weight?.of(oldest) ?? 0;
    this.#first += 1;
  }
}
