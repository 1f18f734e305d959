import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { firstValueFrom, race, type SchedulerLike, Subject, timer } from "rxjs";
import type { Entry, Feed } from "./feed.js";

/** Below the time after which proxies drop a connection that is silent. */
const heartbeatMs = 15_000;

/** What a slow reader has in hand while the feed goes on. */
const mostAtOnce = 100;

/** Where a stream of server-sent events begins. */
export interface FeedView<Value> {
  readonly feed: Feed<Value>;
  /** The reader has seen everything up to this one. */
  readonly from: number;
  /** Sent first. */
  readonly first?: { readonly event: string; readonly id: string; readonly data: unknown } | undefined;
  readonly describe: (entry: Entry<Value>) => { readonly event: string; readonly id: string; readonly data: unknown };
  readonly onLost: (lost: number) => void;
  readonly onEnd: () => void;
}

/**
 * Answers with a feed as server-sent events, until it is complete or the reader goes. A reader that is too slow is told with an event
 * `gap` how much it has missed.
 */
export function streamFeed<Value>(context: Context, view: FeedView<Value>, scheduler: SchedulerLike): Response {
  return streamSSE(context, async (stream) => {
    const left = new Subject<void>();
    stream.onAbort(() => {
      left.next();
      left.complete();
    });
    try {
      // Sent at once: without a first byte the answer would not begin.
      await stream.write(": drover\n\n");
      if (view.first !== undefined) await send(stream, view.first);
      await pump(stream, view, { left, scheduler });
    } finally {
      view.onEnd();
    }
  });
}

async function pump<Value>(
  stream: SSEStreamingApi,
  { feed, from, describe, onLost }: FeedView<Value>,
  { left, scheduler }: { readonly left: Subject<void>; readonly scheduler: SchedulerLike },
): Promise<void> {
  let seen = from;
  while (!stream.aborted && !stream.closed) {
    const { entries, lost } = feed.after(seen, mostAtOnce);
    if (lost > 0) {
      onLost(lost);
      await send(stream, { event: "gap", data: { type: "gap", lost } });
    }
    for (const entry of entries) {
      await send(stream, describe(entry));
      seen = entry.sequence;
      if (stream.aborted) return;
    }
    if (entries.length > 0) continue;
    if (feed.isComplete) return;
    const silence = timer(heartbeatMs, scheduler);
    const woken = await firstValueFrom(race(feed.changed$, left, silence), { defaultValue: undefined });
    if (woken === 0) await stream.write(": still here\n\n");
  }
}

async function send(
  stream: SSEStreamingApi,
  { data, ...rest }: { readonly event: string; readonly id?: string; readonly data: unknown },
): Promise<void> {
  await stream.writeSSE({ ...rest, data: JSON.stringify(data) });
}
