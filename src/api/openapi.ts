import type { Field } from "protobufjs";
import { errorCodes } from "../errors.js";
import { rulesOf } from "../template/schema.js";
import { isInQuery } from "./decode-request.js";
import { type Json, JsonSchemas } from "./json-schema.js";
import { type Route, routes } from "./service.js";

/** The API as an OpenAPI 3.1 document. */
export function describeOpenApi(version: string): Json {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes()) {
    paths[route.path] = { ...paths[route.path], [route.method]: describeOperation(route, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "drover", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { ...schemas.all, Error: errorSchema },
    },
  };
}

const errorSchema = {
  type: "object",
  description: "What was wrong.",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "process"],
      properties: {
        code: { type: "string", enum: errorCodes },
        message: { type: "string", description: "What was wrong, where, what was expected and what to do." },
        process: { type: "string", description: "The process concerned; empty when there is none." },
      },
    },
  },
} as const;

function describeOperation(route: Route, schemas: JsonSchemas): Json {
  const { name, summary, request, parameters } = route;
  const inPath = request.fieldsArray.filter(({ jsonName }) => parameters.includes(jsonName));
  const inQuery = request.fieldsArray.filter((field) => isInQuery(field, route));
  const body = describeBody(route, schemas);
  const answers = route.statuses.map((status) => [
    status,
    { description: summary, content: contentOf(route, schemas) },
  ]);
  return {
    operationId: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    summary,
    parameters: [
      ...inPath.map((field) => describeParameter(field, "path", schemas)),
      ...inQuery.map((field) => describeParameter(field, "query", schemas)),
    ],
    ...(body !== undefined && { requestBody: { content: { "application/json": { schema: body } } } }),
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: "It could not be done",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}

function describeParameter(field: Field, place: "path" | "query", schemas: JsonSchemas): Json {
  const { description, ...schema } = schemas.describeField(field, "asked");
  const known = rulesOf(field).default;
  const value = known === undefined ? undefined : field.type === "string" ? known : (JSON.parse(known) as unknown);
  return {
    name: field.jsonName,
    in: place,
    description,
    ...(place === "path" && { required: true }),
    schema: { ...schema, ...(value !== undefined && { default: value }) },
  };
}

function describeBody(route: Route, schemas: JsonSchemas): Json | undefined {
  const { body, request, parameters } = route;
  const isInBody = (field: Field): boolean => !parameters.includes(field.jsonName) && !isInQuery(field, route);
  const fields = body === undefined ? [] : request.fieldsArray.filter(isInBody);
  const whole = fields.find(({ jsonName }) => jsonName === body);
  if (whole !== undefined) return schemas.describeField(whole, "asked");
  return fields.length === 0 ? undefined : schemas.describeFields(fields, "asked");
}

function contentOf({ name, response, only, streams }: Route, schemas: JsonSchemas): Json {
  if (name === "GetMetrics") return { "text/plain": { schema: { type: "string" } } };
  if (name === "GetOpenApi") return { "application/json": { schema: { type: "object" } } };
  const field = response.fieldsArray.find(({ jsonName }) => jsonName === only);
  const schema = field === undefined ? schemas.refer(response, "told") : schemas.describeField(field, "told");
  if (streams === "always") return { "text/event-stream": { schema } };
  const events = { "text/event-stream": { schema: { type: "string" } } };
  return { "application/json": { schema }, ...(streams === "asked" && events) };
}
