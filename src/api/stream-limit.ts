import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { ProcessError } from "../errors.js";
import { reportError } from "./error-body.js";

/** Each holds a descriptor of the manager. */
const mostStreams = 256;
/** One machine on the network leaves some for the others. */
const mostOfOne = 128;

/** Keeps the number of streams that are open at once bounded, for all and for each address they are sent to. */
export class StreamLimit {
  readonly #open = new Map<string, number>();

  /** Answers with a stream, or with 429 when there are too many. */
  open(context: Context, begin: (onEnd: () => void) => Response): Response {
    // Nobody reads what would be sent then, so it would never end.
    if (context.req.method === "HEAD") return context.body(null, 200, { "content-type": "text/event-stream" });
    const client = clientOf(context);
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0);
    const own = this.#open.get(client) ?? 0;
    if (all >= mostStreams || (client !== thisMachine && own >= mostOfOne)) {
      const whose = all >= mostStreams ? `${mostStreams} streams` : `${mostOfOne} streams to ${client}`;
      const text = `${whose} are open already; close some, or follow fewer processes`;
      return context.json({ error: reportError(new ProcessError("BAD_REQUEST", text)) }, 429);
    }
    this.#open.set(client, own + 1);
    let hasEnded = false;
    return begin(() => {
      if (!hasEnded) this.#release(client);
      hasEnded = true;
    });
  }

  #release(client: string): void {
    const left = (this.#open.get(client) ?? 1) - 1;
    if (left === 0) this.#open.delete(client);
    else this.#open.set(client, left);
  }
}

/** Those at the Unix socket have no address: they are the owner's own programs. */
const thisMachine = "";

function clientOf(context: Context): string {
  return (context.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? thisMachine;
}
