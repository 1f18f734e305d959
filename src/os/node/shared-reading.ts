/**
 * Shares an expensive reading among callers that ask at the same time. A reading that began before the call does not
 * count: a caller never gets an answer older than its question.
 */
export class SharedReading<Value> {
  readonly #read: () => Promise<Value>;
  #running: Promise<Value> | undefined;
  #next: Promise<Value> | undefined;

  constructor(read: () => Promise<Value>) {
    this.#read = read;
  }

  read(): Promise<Value> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<Value> {
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<Value> {
    const reading = this.#read();
    this.#running = reading;
    const clear = (): void => {
      if (this.#running === reading) this.#running = undefined;
    };
    reading.then(clear, clear);
    return reading;
  }
}
