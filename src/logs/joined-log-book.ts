import type { Observable } from "rxjs";
import type { OwnedLogBook } from "./log-book.js";
import { type LineFilter, type LogLine, lastOf, mergeByTime } from "./log-line.js";
import { mergeBatches } from "./merge-batches.js";

/** One log of two whose streams are kept in different ways. */
export class JoinedLogBook implements OwnedLogBook {
  readonly #books: readonly OwnedLogBook[];
  readonly #bufferLines: number;

  constructor(books: readonly OwnedLogBook[], bufferLines: number) {
    this.#books = books;
    this.#bufferLines = bufferLines;
  }

  async tail(count = this.#bufferLines, filter: LineFilter = {}): Promise<readonly LogLine[]> {
    return lastOf(mergeByTime(await Promise.all(this.#books.map((book) => book.tail(count, filter)))), count);
  }

  batches(count = this.#bufferLines, filter: LineFilter = {}): Observable<readonly LogLine[]> {
    return mergeBatches(this.#books.map((book) => book.batches(count, filter)));
  }

  async clear(): Promise<void> {
    await Promise.all(this.#books.map((book) => book.clear()));
  }

  async runStarted(): Promise<void> {
    await Promise.all(this.#books.map((book) => book.runStarted()));
  }

  async runEnded(): Promise<void> {
    await Promise.all(this.#books.map((book) => book.runEnded()));
  }

  close(): void {
    for (const book of this.#books) book.close();
  }
}
