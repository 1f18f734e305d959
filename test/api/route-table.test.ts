import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApiContext } from "../../src/api/api-context.js";
import { createApp } from "../../src/api/app.js";
import { describeOpenApi } from "../../src/api/openapi.js";
import { routeTable } from "../../src/api/route-table.js";
import { root } from "../repo/run.js";

test("the table has exactly the routes that are served", () => {
  // Routes are only added here, not asked: nothing of the context is used but its parts that are taken out of it.
  const context = { os: { host: { now: () => 0 } }, host: {}, manager: {} } as unknown as ApiContext;
  const served = createApp(context).routes.filter(({ method }) => method !== "ALL");
  const shown = served.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(routeTable.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual([...shown].sort());
});

test("the page about the API lists them", () => {
  const page = join(root, "docs/rest.md");
  const rows = routeTable.map(({ method, path, summary, body = {}, query = [] }) => {
    const given = [...query.map(({ name }) => `?${name}`), ...Object.keys(body)].map((name) => `\`${name}\``).join(" ");
    return `| \`${method.toUpperCase()} ${path}\` | ${summary} | ${given} |`;
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

test("the OpenAPI document refers to nothing that is not there, and each operation has a name of its own", () => {
  const document = describeOpenApi("1.0.0");
  const paths = document["paths"] as Record<string, Record<string, { operationId: string; responses: object }>>;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const names = operations.map(({ operationId }) => operationId);
  expect(names).toHaveLength(routeTable.length);
  expect(new Set(names).size).toBe(names.length);
  const references = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to));
  expect([...references]).toEqual(["#/components/schemas/Error"]);
  for (const [path, operation] of Object.entries(paths)) {
    expect(JSON.stringify(operation).match(/"in":"path"/g) ?? []).toHaveLength(
      (path.match(/\{/g) ?? []).length * Object.keys(operation).length,
    );
  }
});
