import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOpenApi } from "../../src/api/openapi.js";
import { routes } from "../../src/api/service.js";
import { ask, type Scene, serveScene } from "./scene.js";

let scene: Scene;
beforeAll(async () => {
  scene = await serveScene();
  const { manager } = scene;
  const job = { schedule: { cron: "0 0 1 1 *" } };
  manager.newProcess("web", "sh", { args: ["-c", "echo listening; exec sleep 1000"], group: "front" });
  manager.newProcess("job", "true", job);
  const broken = manager.newProcess("broken", "sh", {
    args: ["-c", "echo no >&2; exit 3"],
    restart: { mode: "never" },
  });
  await broken.start();
  await broken.wait();
});
afterAll(async () => await scene[Symbol.asyncDispose]());

const document = describeOpenApi("0.0.0");
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "drover", ...document });

/** What the document says of the JSON a route answers with. */
function schemaOf(method: string, template: string, status: number): object {
  const at = ["paths", template, method.toLowerCase(), "responses", String(status), "content", "application/json"];
  const place = [...at, "schema"].map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  return { $ref: `drover#/${place.join("/")}` };
}

const asked: readonly (readonly [
  method: string,
  template: string,
  status: number,
  path?: string | undefined,
  body?: object,
])[] = [
  ["GET", "/api/processes", 200],
  ["GET", "/api/processes/{name}", 200, "/api/processes/broken"],
  ["POST", "/api/processes/{name}/start", 200],
  ["POST", "/api/processes/{name}/restart", 202, "/api/processes/web/restart?wait=false"],
  ["GET", "/api/processes/{name}/wait", 200, "/api/processes/web/wait?for=ready&timeout=10s"],
  ["POST", "/api/processes/start", 200, undefined, { names: ["web"] }],
  ["POST", "/api/processes/start", 207, undefined, { names: ["web", "nobody"] }],
  ["POST", "/api/processes/{name}/signal", 200, undefined, { signal: "CONT" }],
  ["GET", "/api/processes/{name}/explain", 200],
  ["GET", "/api/processes/{name}/logs", 200, "/api/processes/web/logs?lines=5&stream=stdout"],
  ["GET", "/api/logs", 200, "/api/logs?name=web&name=job&group=front"],
  ["DELETE", "/api/processes/{name}/logs", 200],
  ["DELETE", "/api/logs", 200, "/api/logs?name=web"],
  ["POST", "/api/processes", 201, undefined, { name: "made", command: "true", stop: { gracePeriod: "1s" } }],
  ["POST", "/api/processes/{name}/scale", 200, "/api/processes/made/scale", { instances: 2 }],
  ["POST", "/api/processes/plan", 200],
  ["POST", "/api/processes/reload", 200],
  ["GET", "/api/manager", 200],
  ["GET", "/health", 200],
  ["GET", "/openapi.json", 200],
  ["GET", "/api/pm/list", 200],
  ["POST", "/api/pm/{id}/restart", 200, "/api/pm/web/restart"],
  ["GET", "/api/pm/{id}/logs", 200, "/api/pm/web/logs"],
  ["POST", "/api/processes/{name}/stop", 200, undefined, { gracePeriod: 500, signal: "TERM" }],
  ["POST", "/api/processes/stop", 200, undefined, { all: true, gracePeriod: "1s" }],
  ["POST", "/api/processes/kill", 202, "/api/processes/kill?wait=false", { all: true }],
  ["DELETE", "/api/processes/{name}", 200, "/api/processes/job"],
  ["POST", "/api/shutdown", 200, undefined, { keepsDetached: true }],
];

test("every answer is what the document says, with every field and no other", async () => {
  const { socketPath } = scene.server;
  for (const [method, template, status, path = template.replace(/\{\w+\}/, "web"), body] of asked) {
    const answer = await ask({ socketPath }, { method, path, body: body === undefined ? "" : JSON.stringify(body) });
    expect(answer, `${method} ${path}`).toMatchObject({ status });
    const validate = ajv.compile(schemaOf(method, template, status));
    expect(validate(JSON.parse(answer.body)), `${method} ${path}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  }
});

test("an answer with a field too few or too many would be noticed", async () => {
  const { socketPath } = scene.server;
  const { body } = await ask({ socketPath }, { path: "/api/manager" });
  const manager = JSON.parse(body) as Record<string, unknown>;
  const validate = ajv.compile(schemaOf("get", "/api/manager", 200));
  const { phase: _phase, ...less } = manager;
  expect([manager, less, { ...manager, more: 1 }, { ...manager, phase: "odd" }].map((told) => validate(told))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("every route that answers with JSON is among them", () => {
  const seen = new Set(asked.map(([method, template]) => `${method.toLowerCase()} ${template}`));
  const all = routes().map(({ method, path }) => `${method} ${path}`);
  const others = all.filter((route) => !seen.has(route));
  // Attaching has a test of its own; the others answer with events, or the way their neighbours do.
  expect(others).toEqual([
    "post /api/processes/{name}/attach",
    "post /api/processes/restart",
    "post /api/processes/{name}/kill",
    "get /api/events",
    "get /metrics",
    "post /api/pm/{id}/start",
    "post /api/pm/{id}/stop",
  ]);
});
