import type { Context } from "hono";
import type { Process } from "../../process/process.js";
import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import type { Entry } from "../feed.js";
import { findGroup, findProcesses, requireProcess } from "../find-process.js";
import { readLastId } from "../last-event-id.js";
import { type LogQuery, readLogRequest } from "../log-request.js";
import { describeLine, LogSource, type NamedLine } from "../log-source.js";
import { streamFeed } from "../stream-feed.js";

type Names = "ReadProcessLog" | "ReadLogs" | "ClearProcessLog" | "ClearLogs";

/** What processes write. */
export function logHandlers(api: ApiContext): Pick<Handlers, Names> {
  const { manager } = api;
  const logOf = (name = ""): LogSource => new LogSource([requireProcess(manager, name)]);
  const logsOf = (selection: LogSelection): LogSource => new LogSource(selected(api, selection));
  return {
    ReadProcessLog: async ({ name, ...query }, context) => await answer(context, api, { source: logOf(name), query }),
    ReadLogs: async ({ name, group, ...query }, context) =>
      await answer(context, api, { source: logsOf({ name, group }), query }),
    ClearProcessLog: async ({ name }) => await clear(logOf(name)),
    ClearLogs: async (selection) => await clear(logsOf(selection)),
  };
}

interface LogSelection {
  readonly name?: readonly string[] | undefined;
  readonly group?: string | undefined;
}

async function clear(source: LogSource) {
  await source.clear();
  return { cleared: source.names };
}

/** All processes, those of a group, or those named. */
function selected({ manager }: ApiContext, { name: names = [], group }: LogSelection): readonly Process[] {
  if (names.length > 0) return [...new Set(names.flatMap((name) => findProcesses(manager, name)))];
  return group === undefined ? manager.getAllProcesses() : findGroup(manager, group);
}

interface Asked {
  readonly source: LogSource;
  readonly query: LogQuery & { readonly follow?: boolean | undefined };
}

async function answer(context: Context, api: ApiContext, { source, query }: Asked) {
  const { os, logFeeds, counters, streams } = api;
  const request = readLogRequest(query, os.host.now());
  if (query.follow !== true) return { lines: await source.tail(request) };
  const [token, from] = readLastId(context);
  const key = `${source.names.join(" ")}?${queryOf(context)}`;
  const known = logFeeds.find(token, key, from);
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
