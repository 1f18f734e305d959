import { map, type SchedulerLike, type Subscription, timer } from "rxjs";
import type { LogLine } from "../logs/log-line.js";
import type { Process } from "../process/process.js";
import type { LogLineInfo } from "./event-info.js";
import { Feed } from "./feed.js";
import type { LogShelf, WantedStream } from "./log-shelf.js";

export interface LogRequest {
  /** How many of the last lines come first. */
  readonly lines: number;
  readonly stream: WantedStream;
}

/** How long a reader may be away and goes on where it was. */
const absenceMs = 30_000;

const keptLines = 1000;

/** The followed log of one reader. */
export interface LogFeed {
  readonly token: string;
  readonly feed: Feed<LogLineInfo>;
  /** The reader has gone; it may come back. */
  leave(): void;
}

interface Kept extends LogFeed {
  readonly process: Process;
  absence: Subscription | undefined;
}

/** The logs that are followed. Each reader has a feed of its own, which waits a while for it when it goes. */
export class LogFeeds {
  readonly #shelf: LogShelf;
  readonly #scheduler: SchedulerLike;
  readonly #newToken: () => string;
  readonly #kept = new Map<string, Kept>();

  constructor(shelf: LogShelf, scheduler: SchedulerLike, newToken: () => string) {
    this.#shelf = shelf;
    this.#scheduler = scheduler;
    this.#newToken = newToken;
  }

  /** The feed of a reader that comes back, if it is not too late. */
  find(process: Process, token: string): LogFeed | undefined {
    const kept = this.#kept.get(token);
    if (kept?.process !== process) return undefined;
    kept.absence?.unsubscribe();
    return kept;
  }

  /** @throws ProcessError UNSUPPORTED when the output of the process is not kept */
  open(process: Process, { lines, stream }: LogRequest): LogFeed {
    const lines$ = this.#shelf.bookOf(process, stream).follow(lines);
    const token = this.#newToken();
    const feed = new Feed(lines$.pipe(map(describeLine)), Math.max(keptLines, lines));
    const kept: Kept = { token, feed, process, absence: undefined, leave: () => this.#await(kept) };
    this.#kept.set(token, kept);
    return kept;
  }

  /** Nobody comes back. */
  close(): void {
    for (const kept of this.#kept.values()) this.#drop(kept);
  }

  #await(kept: Kept): void {
    kept.absence?.unsubscribe();
    kept.absence = timer(absenceMs, this.#scheduler).subscribe(() => this.#drop(kept));
  }

  #drop(kept: Kept): void {
    kept.absence?.unsubscribe();
    kept.feed.close();
    this.#kept.delete(kept.token);
  }
}

/** A line as the API tells it. */
export function describeLine({ at, stream, line, isPartial }: LogLine): LogLineInfo {
  return { at: at?.toISOString() ?? null, stream, line, partial: isPartial === true };
}
