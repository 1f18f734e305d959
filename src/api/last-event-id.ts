import type { Context } from "hono";

/** Which stream of events a reader was reading, and how far. */
export function readLastId(context: Context): readonly [token: string, sequence: number] {
  const id = context.req.header("last-event-id") ?? context.req.query("lastEventId") ?? "";
  const [, token = "", sequence = "0"] = /^([\w-]{1,64})-(\d{1,15})$/.exec(id) ?? [];
  return [token, Number(sequence)];
}
