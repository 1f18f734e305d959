import { Hono } from "hono";
import { ProcessError } from "../errors.js";
import type { ApiContext } from "./api-context.js";
import { type ErrorBody, reportError } from "./error-body.js";
import { httpStatus } from "./http-status.js";
import { limitBody } from "./limit-body.js";
import { addCommandRoutes } from "./routes/commands.js";
import { addControlRoutes } from "./routes/control.js";
import { addHealthRoutes } from "./routes/health.js";
import { addLogRoutes } from "./routes/logs.js";
import { addPmRoutes } from "./routes/pm.js";
import { addProcessRoutes } from "./routes/processes.js";
import { addStreamRoutes } from "./routes/streams.js";
import { addTemplateRoutes } from "./routes/templates.js";

const largestBodyBytes = 1024 * 1024;

/** All routes; whoever asks is trusted already. */
export function createApp(api: ApiContext): Hono {
  const app = new Hono();
  const tooLarge: ErrorBody = errorBody("BAD_REQUEST", `the body is larger than ${largestBodyBytes} bytes`);
  app.use(limitBody(largestBodyBytes, (context) => context.json(tooLarge, 413)));
  // A fixed path before one with a name in it: Hono takes the first that fits.
  addTemplateRoutes(app, api);
  addCommandRoutes(app, api);
  addStreamRoutes(app, api);
  addLogRoutes(app, api);
  addProcessRoutes(app, api);
  addControlRoutes(app, api);
  addHealthRoutes(app, api);
  addPmRoutes(app, api);
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

function errorBody(code: "BAD_REQUEST", message: string): ErrorBody {
  return { error: reportError(new ProcessError(code, message)) };
}
