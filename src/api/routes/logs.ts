import type { Context, Hono } from "hono";
import type { Process } from "../../process/process.js";
import type { ApiContext } from "../api-context.js";
import type { Entry } from "../feed.js";
import { findGroup, findProcesses, requireProcess } from "../find-process.js";
import { readLogRequest } from "../log-request.js";
import { describeLine, LogSource, type NamedLine } from "../log-source.js";
import { readFlag, readLastId } from "../request.js";
import { streamFeed } from "../stream-feed.js";

/** What processes write. */
export function addLogRoutes(app: Hono, api: ApiContext): void {
  const { manager } = api;
  app.get("/api/processes/:name/logs", async (context) => {
    return await answer(context, api, new LogSource([requireProcess(manager, context.req.param("name"))]));
  });
  app.delete("/api/processes/:name/logs", async (context) => {
    return await clear(context, new LogSource([requireProcess(manager, context.req.param("name"))]));
  });
  app.get("/api/logs", async (context) => await answer(context, api, new LogSource(selected(context, api))));
  app.delete("/api/logs", async (context) => await clear(context, new LogSource(selected(context, api))));
}

async function clear(context: Context, source: LogSource): Promise<Response> {
  await source.clear();
  return context.json({ cleared: source.names });
}

/** All processes, those of a group, or those named. */
function selected(context: Context, { manager }: ApiContext): readonly Process[] {
  const [names = [], group] = [context.req.queries("name"), context.req.query("group")];
  if (names.length > 0) return [...new Set(names.flatMap((name) => findProcesses(manager, name)))];
  return group === undefined ? manager.getAllProcesses() : findGroup(manager, group);
}

async function answer(context: Context, api: ApiContext, source: LogSource): Promise<Response> {
  const { os, logFeeds, counters, streams } = api;
  const request = readLogRequest(context, os.host.now());
  if (context.req.query("follow") === undefined || !readFlag(context, "follow")) {
    return context.json({ lines: await source.tail(request) });
  }
  const [token, from] = readLastId(context);
  const key = `${source.names.join(" ")}?${queryOf(context)}`;
  const known = logFeeds.find(token, key);
  const { feed, token: name, leave } = known ?? logFeeds.open(source, request, key);
  const describe = ({ sequence, value }: Entry<NamedLine>) => {
    return { event: "line", id: `${name}-${sequence}`, data: describeLine(value) };
  };
  const view = { feed, from: known === undefined ? 0 : from, describe, onLost: counters.onLost };
  return streams.open(context, (onEnd) => {
    const end = (): void => {
      leave();
      onEnd();
    };
    return streamFeed(context, { ...view, onEnd: end }, os.backgroundScheduler);
  });
}

function queryOf(context: Context): string {
  const query = new URL(context.req.url).searchParams;
  query.delete("lastEventId");
  query.sort();
  return query.toString();
}
