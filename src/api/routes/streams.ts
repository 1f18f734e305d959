import type { Context, Hono } from "hono";
import type { ApiContext } from "../api-context.js";
import { describeProcess } from "../describe-process.js";
import { requireProcess } from "../find-process.js";
import { describeLine } from "../log-feeds.js";
import { badRequest, readAmount, readFlag } from "../request.js";
import { streamFeed } from "../stream-feed.js";

/** What processes write, and what happens to them. */
export function addStreamRoutes(app: Hono, api: ApiContext): void {
  const { manager, os, usage } = api;
  app.get("/api/processes/:name/logs", async (context) => {
    const process = requireProcess(manager, context.req.param("name"));
    const request = { lines: readLines(context), stream: readStream(context) };
    if (context.req.query("follow") === undefined || !readFlag(context, "follow")) {
      const lines = await api.logs.bookOf(process, request.stream).tail(request.lines);
      return context.json({ lines: lines.map(describeLine) });
    }
    const [token, from] = readLastId(context);
    const known = api.logFeeds.find(process, token);
    const { feed, token: name, leave } = known ?? api.logFeeds.open(process, request);
    const describe = ({ sequence, value }: { sequence: number; value: unknown }) => {
      return { event: "line", id: `${name}-${sequence}`, data: value };
    };
    const { onLost } = api.counters;
    const view = { feed, from: known === undefined ? 0 : from, describe, onLost };
    return api.streams.open(context, (onEnd) => {
      const end = (): void => {
        leave();
        onEnd();
      };
      return streamFeed(context, { ...view, onEnd: end }, os.backgroundScheduler);
    });
  });
  app.get("/api/events", async (context) => {
    const { events: feed, epoch } = api;
    const [token, last] = readLastId(context);
    const isKnown = token === epoch && last <= feed.last && feed.after(last).lost === 0;
    const used = isKnown ? new Map<never, never>() : await usage.look();
    const from = isKnown ? last : feed.last;
    const processes = manager.getAllProcesses().map((process) => describeProcess(process, used.get(process)));
    const first = { event: "snapshot", id: `${epoch}-${from}`, data: { type: "snapshot", processes } };
    const describe = ({ sequence, value }: { sequence: number; value: { type: string } }) => {
      return { event: value.type, id: `${epoch}-${sequence}`, data: value };
    };
    const view = { feed, from, first: isKnown ? undefined : first, describe, onLost: api.counters.onLost };
    return api.streams.open(context, (onEnd) => streamFeed(context, { ...view, onEnd }, os.backgroundScheduler));
  });
}

/** Which stream a reader was reading, and how far. */
function readLastId(context: Context): readonly [token: string, sequence: number] {
  const id = context.req.header("last-event-id") ?? context.req.query("lastEventId") ?? "";
  const [, token = "", sequence = "0"] = /^([\w-]{1,64})-(\d{1,15})$/.exec(id) ?? [];
  return [token, Number(sequence)];
}

const mostLines = 100_000;

function readLines(context: Context): number {
  return readAmount(context, "lines", { otherwise: 100, most: mostLines });
}

function readStream(context: Context): "stdout" | "stderr" | undefined {
  const stream = context.req.query("stream");
  if (stream === undefined || stream === "stdout" || stream === "stderr") return stream;
  throw badRequest(`stream: unknown value ${JSON.stringify(stream)}; expected stdout or stderr`);
}
