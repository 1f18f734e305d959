import { type Observable, Subject, type Subscription } from "rxjs";

/** One value of a feed, with its place in it: 1, 2, 3 … */
export interface Entry<Value> {
  readonly sequence: number;
  readonly value: Value;
}

/** What a reader has not seen yet. */
export interface Unseen<Value> {
  readonly entries: readonly Entry<Value>[];
  /** How many came in between and are not kept any more: the reader is too slow, or was away for too long. */
  readonly lost: number;
}

/**
 * The last values of a stream, for readers that come, go and come back, each at its own pace: a reader says what it has seen last.
 * Nothing is kept for a reader, so a slow one costs nothing and only misses something itself.
 */
export class Feed<Value> {
  /** Emits when there is something new, or the feed is complete. */
  readonly changed$: Observable<void>;
  readonly #changed = new Subject<void>();
  readonly #capacity: number;
  readonly #subscription: Subscription;
  /** Each value at its sequence modulo the capacity, in one array for ever: of a flood a garbage collector must not see more. */
  readonly #entries: Entry<Value>[] = [];
  #last = 0;
  #isComplete = false;

  constructor(source$: Observable<Value>, capacity: number) {
    this.#capacity = capacity;
    this.changed$ = this.#changed.asObservable();
    this.#subscription = source$.subscribe({ next: (value) => this.#add(value), complete: () => this.close() });
  }

  /** The sequence of the last value; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** What came after the value of this sequence, at most so many. */
  after(sequence: number, most = Number.POSITIVE_INFINITY): Unseen<Value> {
    const kept = Math.max(0, this.#last - this.#capacity);
    const from = Math.max(sequence, kept);
    const count = Math.max(0, Math.min(this.#last - from, most));
    const entries = Array.from({ length: count }, (_, index) => this.#entries[(from + 1 + index) % this.#capacity]);
    return { entries: entries.filter((entry) => entry !== undefined), lost: Math.max(0, kept - sequence) };
  }

  close(): void {
    this.#isComplete = true;
    this.#subscription?.unsubscribe();
    this.#changed.next();
    this.#changed.complete();
  }

  #add(value: Value): void {
    this.#last += 1;
    this.#entries[this.#last % this.#capacity] = { sequence: this.#last, value };
    this.#changed.next();
  }
}
