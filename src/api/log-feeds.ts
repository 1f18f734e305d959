import { type SchedulerLike, type Subscription, timer } from "rxjs";
import { Feed } from "./feed.js";
import type { LogRequest } from "./log-request.js";
import type { LogSource, NamedLine } from "./log-source.js";

/** How long a reader may be away and goes on where it was. */
const absenceMs = 30_000;

const keptLines = 1000;

/** The followed log of one reader. */
export interface LogFeed {
  readonly token: string;
  readonly feed: Feed<NamedLine>;
  /** The reader has gone; it may come back. */
  leave(): void;
}

interface Kept extends LogFeed {
  readonly key: string;
  /** One that comes back may be there before the connection it has lost is known to be gone. */
  readers: number;
  absence: Subscription | undefined;
}

/** The logs that are followed. Each reader has a feed of its own, which waits a while for it when it goes. */
export class LogFeeds {
  readonly #scheduler: SchedulerLike;
  readonly #newToken: () => string;
  readonly #kept = new Map<string, Kept>();

  constructor(scheduler: SchedulerLike, newToken: () => string) {
    this.#scheduler = scheduler;
    this.#newToken = newToken;
  }

  /** The feed of a reader that comes back, if it is not too late. */
  find(token: string, key: string, from: number): LogFeed | undefined {
    const kept = this.#kept.get(token);
    if (kept?.key !== key || from > kept.feed.last) return undefined;
    kept.absence?.unsubscribe();
    kept.readers += 1;
    return kept;
  }

  /** @param key what was asked for: who comes back for something else begins anew */
  open(source: LogSource, request: LogRequest, key: string): LogFeed {
    const token = this.#newToken();
    const feed = new Feed(source.follow(request), Math.max(keptLines, request.lines));
    const kept: Kept = { token, feed, key, readers: 1, absence: undefined, leave: () => this.#await(kept) };
    this.#kept.set(token, kept);
    return kept;
  }

  /** Nobody comes back. */
  close(): void {
    for (const kept of this.#kept.values()) this.#drop(kept);
  }

  #await(kept: Kept): void {
    kept.readers -= 1;
    if (kept.readers > 0) return;
    kept.absence?.unsubscribe();
    kept.absence = timer(absenceMs, this.#scheduler).subscribe(() => this.#drop(kept));
  }

  #drop(kept: Kept): void {
    kept.absence?.unsubscribe();
    kept.feed.close();
    this.#kept.delete(kept.token);
  }
}
