import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Field } from "protobufjs";
import { expect, test } from "vitest";
import { isInQuery } from "../../src/api/decode-request.js";
import { describeOpenApi } from "../../src/api/openapi.js";
import { type Route, routes } from "../../src/api/service.js";
import { root } from "../repo/run.js";

test("the page about the API lists every route", () => {
  const page = join(root, "docs/rest.md");
  const rows = routes().map((route) => {
    const { method, path, summary } = route;
    return `| \`${method.toUpperCase()} ${path}\` | ${summary} | ${fieldsOf(route).join(" ")} |`;
  });
  const table = ["| route | what it does | query and body |", "| --- | --- | --- |", ...rows].join("\n");
  if (process.env["DROVER_UPDATE_DOCS"] === "1") {
    const text = readFileSync(page, "utf8");
    writeFileSync(
      page,
      text.replace(/(## Routes\n\n)(?:\|.*\n|ROUTES\n)+/, (_all, title: string) => `${title}${table}\n`),
    );
  }
  expect(readFileSync(page, "utf8")).toContain(`\n${table}\n`);
});

/** What a request may have beside its path: `?name` in the query, `name` in the body. */
function fieldsOf(route: Route): readonly string[] {
  if (route.body === "template") return ["a template"];
  const isElsewhere = ({ jsonName }: Field): boolean => !route.parameters.includes(jsonName);
  return route.request.fieldsArray
    .filter(isElsewhere)
    .map((field) => `\`${isInQuery(field, route) ? "?" : ""}${field.jsonName}\``);
}

test("the document is valid OpenAPI 3.1, and each operation has a name of its own", async () => {
  const document = describeOpenApi("1.0.0");
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  const paths = document["paths"] as Record<string, Record<string, { operationId: string }>>;
  const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect(names).toHaveLength(routes().length);
  expect(new Set(names).size).toBe(names.length);
});

test("every message of it is described, with every field", () => {
  const { schemas } = describeOpenApi("1.0.0")["components"] as { schemas: Record<string, unknown> };
  const text = JSON.stringify(schemas);
  expect(text).not.toMatch(/"description":""/);
  for (const reference of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(schemas).toHaveProperty([reference[1] ?? ""]);
});
