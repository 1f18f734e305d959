/**
 * Shares an expensive reading among callers that ask at the same time. A reading that began before the call does not
 * count: a caller never gets an answer older than its question. Each says from when on it has to be exact; the earliest counts.
 */
export class SharedReading<Value> {
  readonly #read: (since: number) => Promise<Value>;
  #running: Promise<Value> | undefined;
  #next: Promise<Value> | undefined;
  #nextSince = Number.POSITIVE_INFINITY;

  constructor(read: (since: number) => Promise<Value>) {
    this.#read = read;
  }

  read(since = 0): Promise<Value> {
    if (this.#running === undefined) return this.#start(since);
    this.#nextSince = Math.min(this.#nextSince, since);
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<Value> {
    const since = this.#nextSince;
    this.#next = undefined;
    this.#nextSince = Number.POSITIVE_INFINITY;
    return this.#start(since);
  }

  #start(since: number): Promise<Value> {
    const reading = this.#read(since);
    this.#running = reading;
    const clear = (): void => {
      if (this.#running === reading) this.#running = undefined;
    };
    reading.then(clear, clear);
    return reading;
  }
}
