import { errorCodes } from "../errors.js";
import { type RouteEntry, routeTable } from "./route-table.js";

/** The API as an OpenAPI 3.1 document. */
export function describeOpenApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routeTable) {
    const operations = paths[route.path] ?? {};
    operations[route.method] = describeOperation(route);
    paths[route.path] = operations;
  }
  return {
    openapi: "3.1.0",
    info: { title: "drover", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas: { Error: errorSchema } },
  };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "process"],
      properties: {
        code: { type: "string", enum: errorCodes },
        message: { type: "string" },
        process: { type: "string" },
      },
    },
  },
} as const;

function describeOperation(route: RouteEntry): Record<string, unknown> {
  const { method, path, summary, status, content = "application/json", query = [], body } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
  const inQuery = query.map(({ name, type, text }) => ({ name, in: "query", description: text, schema: { type } }));
  const schema = content === "application/json" ? { type: "object" } : { type: "string" };
  const words = path.split("/").map((word) => word.replaceAll(/\W/g, ""));
  return {
    operationId: [method, ...words.filter((word) => word !== "" && word !== "api")].join("_"),
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body !== undefined && { requestBody: { content: { "application/json": { schema: describeBody(body) } } } }),
    responses: {
      [status]: { description: summary, content: { [content]: { schema: path === "/api/pm/list" ? {} : schema } } },
      default: {
        description: "It could not be done",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

function describeBody(body: Readonly<Record<string, string>>): Record<string, unknown> {
  const fields = Object.entries(body).filter(([name]) => name !== "…");
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, description]) => [name, { description }])),
  };
}
