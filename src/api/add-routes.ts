import type { Context, Hono } from "hono";
import type { Management } from "../gen/drover/v1/management.js";
import { decodeRequest } from "./decode-request.js";
import { type MethodName, routes } from "./service.js";
import type { Told } from "./told.js";

/**
 * Does what is asked for, and gives the body of the answer, or the answer itself. Another status than the usual one is set in
 * `context`.
 */
export type Handler<Name extends MethodName> = (
  request: Parameters<Management[Name]>[0],
  context: Context,
) => Answer<Name> | Promise<Answer<Name>>;

type Answer<Name extends MethodName> = Told<Awaited<ReturnType<Management[Name]>>> | Response;

/** What does each thing that can be asked for. */
export type Handlers = { readonly [Name in MethodName]: Handler<Name> };

/** Serves every route of the schema. */
export function addRoutes(app: Hono, handlers: Handlers): void {
  for (const route of routes()) {
    const handler = handlers[route.name] as (request: object, context: Context) => object | Promise<object>;
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ":$1"), async (context) => {
      const request = await decodeRequest(context, route);
      context.status((route.statuses[0] ?? 200) as 200 | 201);
      const answer = await handler(request, context);
      if (answer instanceof Response) return answer;
      return context.json(route.only === undefined ? answer : (answer as Record<string, unknown>)[route.only]);
    });
  }
}
