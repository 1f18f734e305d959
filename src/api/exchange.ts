import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { type ErrorCode, errorCodes, ProcessError } from "../errors.js";
import type { ErrorBody } from "./error-body.js";

/** Where a manager listens. */
export type Address =
  | { readonly socketPath: string }
  | {
      /** Such as `http://127.0.0.1:9000`. */
      readonly url: string;
      readonly token: string;
    };

export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cancelSignal?: AbortSignal | undefined;
}

/**
 * Sends a request and gives the JSON of the answer.
 *
 * @throws ProcessError UNREACHABLE when nobody answers, ABORTED by `cancelSignal`, else what the manager says
 */
export async function exchange(address: Address, sent: ApiRequest): Promise<unknown> {
  return parse(await readText(await openAnswer(address, sent), address), address);
}

/**
 * Sends a request and gives the answer, of which nothing was read yet.
 *
 * @throws ProcessError as `exchange`
 */
export async function openAnswer(address: Address, sent: ApiRequest): Promise<IncomingMessage> {
  const answer = await send(address, sent);
  const { statusCode = 0 } = answer;
  if (statusCode < 400) return answer;
  throw errorOf(parse(await readText(answer, address), address), statusCode, address);
}

function send(
  address: Address,
  { method, path, body, headers: more, cancelSignal }: ApiRequest,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      ...more,
      ...authorityOf(address),
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    };
    // Without an agent: no connection is kept, so nothing keeps the program alive.
    const options = {
      ...connectionOf(address),
      method,
      path,
      headers,
      agent: false,
      ...(cancelSignal && { signal: cancelSignal }),
    };
    const outgoing = request(options, resolve);
    outgoing.on("error", (error) => reject(connectionFailure(error, address, cancelSignal)));
    outgoing.end(text);
  });
}

function connectionOf(address: Address): RequestOptions {
  if ("socketPath" in address) return { socketPath: address.socketPath };
  const { hostname, port } = new URL(address.url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port };
}

function authorityOf(address: Address): Readonly<Record<string, string>> {
  if ("socketPath" in address) return { host: "localhost" };
  return { host: new URL(address.url).host, authorization: `Bearer ${address.token}` };
}

async function readText(response: IncomingMessage, address: Address): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch (error) {
    throw connectionFailure(error as NodeJS.ErrnoException, address, undefined);
  }
  return Buffer.concat(parts).toString();
}

function parse(text: string, address: Address): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = `what answers at ${describeAddress(address)} is no drover: its answer is not JSON`;
    throw new ProcessError("UNREACHABLE", what, { cause });
  }
}

function errorOf(value: unknown, statusCode: number, address: Address): ProcessError {
  const { error } = (value ?? {}) as Partial<ErrorBody>;
  if (error === undefined) {
    const text = `what answers at ${describeAddress(address)} is no drover: it answers with status ${statusCode}`;
    return new ProcessError("UNREACHABLE", text);
  }
  const code: ErrorCode = errorCodes.find((known) => known === error.code) ?? "INTERNAL";
  return new ProcessError(code, error.message, { process: error.process === "" ? undefined : error.process });
}

/** What is wrong with the way to the manager, and what to do about it. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no socket",
  ECONNREFUSED: "nobody listens there any more",
  EACCES: "it belongs to another user",
  ECONNRESET: "it ended in the middle of the answer",
  EPIPE: "it ended in the middle of the request",
};

/** Why there is no answer, or no more of it. */
export function connectionFailure(
  error: NodeJS.ErrnoException,
  address: Address,
  cancelSignal: AbortSignal | undefined,
): ProcessError {
  if (cancelSignal?.aborted === true) return new ProcessError("ABORTED", "the request was aborted", { cause: error });
  const reason = reasons[error.code ?? ""] ?? error.message;
  const text = `no manager answers at ${describeAddress(address)} (${reason}); start one with \`drover up\`, or name its --state-dir`;
  return new ProcessError("UNREACHABLE", text, { cause: error });
}

function describeAddress(address: Address): string {
  return "socketPath" in address ? address.socketPath : address.url;
}
