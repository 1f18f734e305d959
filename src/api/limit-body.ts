import type { Context, MiddlewareHandler } from "hono";

/**
 * Answers with `refuse` to a request with a larger body. Unlike Hono's own it leaves alone what has no body, and needs no class of the
 * host program to be replaced.
 */
export function limitBody(maxBytes: number, refuse: (context: Context) => Response): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    if (Number(raw.headers.get("content-length") ?? 0) > maxBytes) return refuse(context);
    // Without one of the two headers there is no body, RFC 9112.
    if (raw.headers.has("transfer-encoding") && raw.body !== null) {
      const body = await readUpTo(raw.body, maxBytes);
      if (body === undefined) return refuse(context);
      context.req.raw = new Request(raw.url, { method: raw.method, headers: raw.headers, body });
    }
    return await next();
  };
}

/** Undefined when there is more; the rest is left to the connection, which still has to carry the answer. */
async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of body.values({ preventCancel: true })) {
    bytes += block.length;
    if (bytes > maxBytes) return undefined;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}
