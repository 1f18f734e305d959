import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { type ErrorCode, ProcessError } from "../errors.js";
import { reportError } from "./error-body.js";
import { httpStatus } from "./http-status.js";

/** Whom a manager that listens on a network lets in. */
export interface AccessRules {
  /** Whoever knows it may do everything. */
  readonly token: string;
  /** Names of this machine beside those of the loopback, as in the header `Host`, without a port. */
  readonly hostNames: readonly string[];
}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * The routes of `app` for those who may use them. The token is asked for first: nothing else is told to a stranger. A page in a
 * browser is refused even with it, also when its name was made to lead here (DNS rebinding).
 */
export function guard(app: Hono, { token, hostNames }: AccessRules): Hono {
  const names = new Set([...loopbackNames, ...hostNames]);
  const refusal = (headers: Headers): ProcessError | undefined => {
    if (!isToken(headers.get("authorization"), token)) {
      return error("UNAUTHORIZED", "a token is needed: send the header `Authorization: Bearer TOKEN`");
    }
    const host = headers.get("host")?.toLowerCase() ?? "";
    if (!names.has(host.replace(/:\d+$/, "")))
      return error("NOT_PERMITTED", `this manager is not ${JSON.stringify(host)}`);
    const origin = headers.get("origin");
    if (origin === null || origin === `http://${host}` || origin === `https://${host}`) return undefined;
    return error("NOT_PERMITTED", `pages of ${JSON.stringify(origin)} must not control this manager`);
  };
  const guarded = new Hono();
  guarded.use(async (context, next) => {
    const refused = refusal(context.req.raw.headers);
    if (refused === undefined) return await next();
    const headers = refused.code === "UNAUTHORIZED" ? { "www-authenticate": "Bearer" } : {};
    return context.json({ error: reportError(refused) }, httpStatus[refused.code], headers);
  });
  guarded.all("*", async (context) => await app.fetch(context.req.raw, context.env));
  return guarded;
}

/** In a time that tells nothing about how much of it is right. */
function isToken(header: string | null, token: string): boolean {
  const [, given] = /^Bearer +(\S+) *$/i.exec(header ?? "") ?? [];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function error(code: ErrorCode, message: string): ProcessError {
  return new ProcessError(code, message);
}
