import { isIP } from "node:net";
import { ProcessError } from "../errors.js";

/** Where a manager listens on a network. */
export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/**
 * The address meant by `127.0.0.1:9000`, `localhost:9000` or `[::1]:9000`.
 *
 * @throws ProcessError BAD_REQUEST when it is none, or others could reach it and nobody said that they may
 */
export function parseListenAddress(text: string, isPublic: boolean): ListenAddress {
  const [, bracketed, plain, digits = ""] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new ProcessError(
      "BAD_REQUEST",
      `--listen: ${JSON.stringify(text)} is no address; expected HOST:PORT, such as 127.0.0.1:9000`,
    );
  }
  if (isPublic || isLoopback(host)) return { host, port };
  const danger = `--listen: others can reach ${host}, and whoever knows the token can run any program here`;
  throw new ProcessError("BAD_REQUEST", `${danger}; use 127.0.0.1, or say --listen-public if that is meant`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
