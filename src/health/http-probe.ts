import { ProcessError } from "../errors.js";
import { describeConnectionFailure } from "./connection-failure.js";
import { describeAddress } from "./describe-address.js";
import type { Check } from "./health-check.js";
import { bodyArrives, sendRequest } from "./http-exchange.js";
import type { Probe } from "./probe.js";

type HttpCheck = Extract<Check, { kind: "http" }>;

/** Healthy when the request is answered with an accepted status and a whole body. Redirects are not followed. */
export function httpProbe(check: HttpCheck): Probe {
  const url = parseUrl(check.url);
  const place = placeOf(url);
  const title = `${check.method} ${withoutCredentials(url)}`;
  return async (signal) => {
    const complaint = await findComplaint(url, check, signal).catch((error: unknown) => {
      throw new Error(`${title}: ${describeConnectionFailure(error, place)}`, { cause: error });
    });
    if (complaint !== undefined) throw new Error(`${title} ${complaint}`);
  };
}

/** What is wrong with the answer; undefined when nothing is. Rejects when there is none. */
async function findComplaint(url: URL, check: HttpCheck, signal: AbortSignal): Promise<string | undefined> {
  // Node sends the request also when its signal was aborted before.
  signal.throwIfAborted();
  const { request, response } = sendRequest(url, check.method, signal);
  try {
    const answer = await response;
    const { statusCode: status = 0 } = answer;
    if (!isAccepted(status, check.expectedStatus)) return `answered ${status}`;
    return (await bodyArrives(answer)) ? undefined : `answered ${status}, but its body was cut short`;
  } finally {
    request.destroy();
  }
}

function isAccepted(status: number, expected: readonly number[]): boolean {
  return expected.length === 0 ? status >= 200 && status <= 299 : expected.includes(status);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // The text is not repeated: it may hold a password, and cannot be taken apart to hide it.
  throw new ProcessError("INVALID_TEMPLATE", "http.url: not an HTTP address; expected http://… or https://…");
}

function placeOf({ hostname, port, protocol }: URL): string {
  const standardPort = protocol === "https:" ? 443 : 80;
  return describeAddress(hostname.replace(/^\[|\]$/g, ""), port === "" ? standardPort : Number(port));
}

function withoutCredentials(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.href;
}
