import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { ProcessError } from "../errors.js";
import { addRoutes } from "./add-routes.js";
import type { ApiContext } from "./api-context.js";
import { type ErrorBody, reportError } from "./error-body.js";
import { commandHandlers } from "./handlers/commands.js";
import { controlHandlers } from "./handlers/control.js";
import { eventHandlers } from "./handlers/events.js";
import { healthHandlers } from "./handlers/health.js";
import { logHandlers } from "./handlers/logs.js";
import { pmHandlers } from "./handlers/pm.js";
import { processHandlers, singleHandlers } from "./handlers/processes.js";
import { templateHandlers } from "./handlers/templates.js";
import { httpStatus } from "./http-status.js";
import { limitBody } from "./limit-body.js";

const largestBodyBytes = 1024 * 1024;

/** All routes; whoever asks is trusted already. */
export function createApp(api: ApiContext): Hono {
  const app = new Hono();
  const tooLarge: ErrorBody = errorBody("BAD_REQUEST", `the body is larger than ${largestBodyBytes} bytes`);
  app.use(async (context, next) => {
    if (!hasDotSegment(context)) return await next();
    const text =
      "the path has . or .. in it, which no process is named; a client that tidies it would ask for something else";
    return context.json(errorBody("BAD_REQUEST", text), 404);
  });
  app.use(limitBody(largestBodyBytes, (context) => context.json(tooLarge, 413)));
  addRoutes(app, {
    ...processHandlers(api),
    ...singleHandlers(api),
    ...commandHandlers(api),
    ...logHandlers(api),
    ...eventHandlers(api),
    ...templateHandlers(api),
    ...controlHandlers(api),
    ...healthHandlers(api),
    ...pmHandlers(api),
  });
  app.notFound((context) => {
    const { method, path } = context.req;
    return context.json(errorBody("BAD_REQUEST", `there is no route ${method} ${path}; /openapi.json lists them`), 404);
  });
  app.onError((reason, context) => {
    const error = ProcessError.from(reason);
    return context.json({ error: reportError(error) } satisfies ErrorBody, httpStatus[error.code]);
  });
  return app;
}

/** In the path as it was sent: a URL has none any more, and leads to another route. */
function hasDotSegment({ env }: Context): boolean {
  const sent = (env as Partial<HttpBindings> | undefined)?.incoming?.url ?? "";
  return /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(sent.split("?", 1)[0] ?? "");
}

function errorBody(code: "BAD_REQUEST", message: string): ErrorBody {
  return { error: reportError(new ProcessError(code, message)) };
}
