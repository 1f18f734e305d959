import { type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestEncrypted } from "node:https";

/** A request on its way; destroying it closes its connection. */
export interface Exchange {
  readonly request: ClientRequest;
  /** The head of the answer. Rejects with Node's error, also when the signal is aborted. */
  readonly response: Promise<IncomingMessage>;
}

/** Sends a request without a body over a connection of its own. */
export function sendRequest(url: URL, method: string, signal: AbortSignal): Exchange {
  const request = (url.protocol === "https:" ? requestEncrypted : requestPlain)(url, {
    method,
    signal,
    // No connection is kept: one that is kept would tell nothing of whether the process accepts new ones.
    agent: false,
    headers: { accept: "*/*", "user-agent": "drover" },
    // We ask our own process on this machine, mostly with a certificate it has made for itself. There is nobody to be
    // deceived: whoever could answer in its place could answer a plain request as well.
    rejectUnauthorized: false,
  });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    // Kept for the life of the request: an error after the first one must not end the host.
    request.on("error", reject);
    // Node closes a connection that is turned into another protocol (status 101), and tells nothing else.
    request.once("close", () => reject(new Error("the connection was closed without an answer")));
  });
  request.end();
  return { request, response };
}

/** A body is read to see that it arrives; what comes after this much is not waited for. */
const enoughBodyBytes = 1024 * 1024;

/** Whether the whole body arrives, or enough of it. */
export async function bodyArrives(response: IncomingMessage): Promise<boolean> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > enoughBodyBytes) return true;
    }
    return true;
  } catch {
    return false;
  }
}
