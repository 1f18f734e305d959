import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import { describeProcess } from "../describe-process.js";
import { readLastId } from "../last-event-id.js";
import { streamFeed } from "../stream-feed.js";

/** What happens to processes. */
export function eventHandlers(api: ApiContext): Pick<Handlers, "FollowEvents"> {
  const { manager, os, usage } = api;
  return {
    FollowEvents: async (_request, context) => {
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
    },
  };
}
