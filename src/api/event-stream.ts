import type { IncomingMessage } from "node:http";
import { type Address, connectionFailure, openAnswer } from "./exchange.js";

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  /** Sent back as Last-Event-ID to go on after it; empty when it has none. */
  readonly id: string;
  readonly data: unknown;
}

export interface EventRequest {
  /** With its query. */
  readonly path: string;
  readonly lastEventId?: string | undefined;
  readonly cancelSignal?: AbortSignal | undefined;
}

/**
 * The events of a stream as they come; ends when the manager ends it, or by `cancelSignal`.
 *
 * @throws ProcessError as `exchange`, UNREACHABLE when the connection breaks
 */
export async function* readEvents(address: Address, request: EventRequest): AsyncGenerator<ServerEvent, void> {
  const { path, lastEventId, cancelSignal } = request;
  const headers = { accept: "text/event-stream", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
  const answer = await openAnswer(address, { method: "GET", path, headers, cancelSignal });
  try {
    yield* parseEvents(answer);
  } catch (error) {
    if (cancelSignal?.aborted !== true) throw connectionFailure(error as NodeJS.ErrnoException, address, cancelSignal);
  } finally {
    answer.destroy();
  }
}

async function* parseEvents(answer: IncomingMessage): AsyncGenerator<ServerEvent, void> {
  let rest = "";
  for await (const chunk of answer.setEncoding("utf8")) {
    const blocks = `${rest}${chunk as string}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event !== undefined) yield event;
    }
  }
}

/** Undefined for a comment, which only shows that the connection lives. */
function parseEvent(block: string): ServerEvent | undefined {
  const fields = { event: "message", id: "", data: "" };
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^(event|id|data): ?(.*)$/.exec(line) ?? [];
    if (name === "event" || name === "id") fields[name] = value;
    if (name === "data") fields.data += value;
  }
  return fields.data === "" ? undefined : { ...fields, data: JSON.parse(fields.data) };
}
