import type { Context } from "hono";
import { ProcessError } from "../errors.js";
import { reportError } from "./error-body.js";

/** Each holds a descriptor of the manager. */
const mostStreams = 256;

/** Keeps the number of streams that are open at once bounded. */
export class StreamLimit {
  #open = 0;

  /** Answers with a stream, or with 429 when there are too many. */
  open(context: Context, begin: (onEnd: () => void) => Response): Response {
    if (this.#open >= mostStreams) {
      const text = `${mostStreams} streams are open already; close some, or follow fewer processes`;
      return context.json({ error: reportError(new ProcessError("BAD_REQUEST", text)) }, 429);
    }
    this.#open += 1;
    let hasEnded = false;
    return begin(() => {
      if (!hasEnded) this.#open -= 1;
      hasEnded = true;
    });
  }
}
