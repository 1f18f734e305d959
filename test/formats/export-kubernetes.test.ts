import { join } from "node:path";
import fc from "fast-check";
import type { Container } from "kubernetes-types/core/v1.js";
import ts from "typescript";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exportTemplates } from "../../src/formats/export-templates.js";
import { templateFromOptions } from "../../src/template/from-options.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { root } from "../repo/run.js";
import { lossesOf, onlyText, plainEnv, templateOf, toldOf } from "./exported.js";

const web = templateOf({
  name: "Web_1",
  description: "The web server",
  labels: { team: "core", note: "two words", "not a key": "x" },
  command: "/bin/x",
  args: ["$HOME", "$(A)", "yes"],
  env: { A: "1", B: "${A}-$$(A)", C: "${HOME}", D: "${A:-2}" },
  restart: { mode: "ON_FAILURE", maxRestarts: 3 },
  stop: { signal: "SIGINT", gracePeriod: "2500ms", command: ["./drain", "$(A)"] },
  readiness: { http: { url: "http://127.0.0.1:8080/health?x=1" } },
  liveness: { exec: { command: "test", args: ["-f", "$(A)"] }, startPeriod: "5s", successThreshold: 2 },
  limits: { maxMemory: "512MiB", maxCpu: 12.5 },
  runAs: { user: "1000", group: "www" },
  ...{ group: "front", instances: 3 },
});
const job = templateOf({ name: "migrate", command: "./migrate", instances: 2, dependsOn: [{ name: "db" }] });
const nightly = templateOf({
  ...{ name: "nightly", script: "report.py", enabled: false },
  schedule: { cron: "0 30 2 * * mon-fri", timezone: "Europe/Vienna", overlap: "REPLACE", maxDuration: "1h" },
});

const read = (template: ProcessTemplate, image = "example/web:1"): unknown =>
  parse(onlyText([template], "kubernetes", { image }));

test("a service is a Deployment", () => {
  const asked = { httpGet: { path: "/health?x=1", port: 8080, scheme: "HTTP" }, periodSeconds: 1, timeoutSeconds: 5 };
  const labels = { "app.kubernetes.io/name": "web-1", team: "core", "app.kubernetes.io/part-of": "front" };
  expect(read(web)).toEqual({
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: {
      ...{ name: "web-1", labels },
      annotations: { "kubernetes.io/description": "The web server", note: "two words" },
    },
    spec: {
      ...{
        replicas: 3,
        selector: { matchLabels: { "app.kubernetes.io/name": "web-1" } },
        strategy: { type: "Recreate" },
      },
      template: {
        metadata: { labels },
        spec: {
          ...{ enableServiceLinks: false, restartPolicy: "Always", terminationGracePeriodSeconds: 3 },
          containers: [
            {
              ...{ name: "web-1", image: "example/web:1", command: ["/bin/x"], workingDir: "/srv" },
              args: ["$HOME", "$$(A)", "yes"],
              env: [
                { name: "A", value: "1" },
                { name: "B", value: "$(A)-$$(A)" },
              ],
              securityContext: { runAsUser: 1000 },
              lifecycle: { preStop: { exec: { command: ["./drain", "$(A)"] } } },
              startupProbe: { ...asked, successThreshold: 1, failureThreshold: 30 },
              readinessProbe: { ...asked, successThreshold: 1, failureThreshold: 3 },
              livenessProbe: {
                exec: { command: ["test", "-f", "$$(A)"] },
                ...{ initialDelaySeconds: 5, periodSeconds: 30, timeoutSeconds: 5 },
                ...{ successThreshold: 1, failureThreshold: 3 },
              },
              resources: { limits: { memory: "512Mi", cpu: "125m" } },
            },
          ],
        },
      },
    },
  });
});

test("what runs once is a Job, and what has times a CronJob", () => {
  expect(read(job)).toMatchObject({
    ...{ apiVersion: "batch/v1", kind: "Job", metadata: { name: "migrate" } },
    spec: { backoffLimit: 0, parallelism: 2, completions: 2, template: { spec: { restartPolicy: "Never" } } },
  });
  expect(read(nightly)).toMatchObject({
    ...{ apiVersion: "batch/v1", kind: "CronJob" },
    spec: {
      ...{ schedule: "30 2 * * mon-fri", timeZone: "Europe/Vienna", concurrencyPolicy: "Replace", suspend: true },
      startingDeadlineSeconds: 60,
      jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 3600 } },
    },
  });
  const odd = templateOf({ name: "odd", command: "x", schedule: { cron: "*/5 * * * * *" } });
  expect(read(odd)).toMatchObject({ kind: "Job", spec: { suspend: true } });
});

test("what is not kept as it is", () => {
  const exported = exportTemplates([web], "kubernetes", { image: "x" });
  expect(lossesOf(exported)).toEqual([
    "approximated Web_1 name: it becomes web-1",
    "approximated Web_1 labels.note: an annotation, as it is no value of a label",
    "dropped Web_1 labels.not a key: it is no key of a label",
    "approximated Web_1 cwd: a directory of the image",
    "approximated Web_1 env.B: made of variables of env, not of those of the host",
    "dropped Web_1 env.C: refers to HOME; Kubernetes knows only what stands before it in env: write the value itself",
    "dropped Web_1 env.D: a reference of Kubernetes has no default and no message: write the value itself",
    "dropped Web_1 runAs.group: Kubernetes takes numbers only: write the one that www has in the image",
    "approximated Web_1 restart.mode: restarted also after a success",
    "dropped Web_1 restart.maxRestarts: Kubernetes restarts without end",
    "dropped Web_1 stop.signal: write STOPSIGNAL SIGINT into the Dockerfile",
    "approximated Web_1 stop.gracePeriod: 3 s: whole seconds, and at least one",
    "approximated Web_1 stop.command: its time is part of terminationGracePeriodSeconds",
    "approximated Web_1 readiness.http.url: asked at the address of the pod: the program must listen there, not only at 127.0.0.1",
    "approximated Web_1 liveness.startPeriod: it is not asked in this time",
    "approximated Web_1 liveness.successThreshold: 1: Kubernetes allows no other",
    "approximated Web_1 limits.maxMemory: the kernel ends the container at once; as much is asked for",
    "approximated Web_1 limits.maxCpu: slowed down to it, not restarted; as much is asked for",
    "approximated Web_1 instances: no DROVER_INSTANCE: a StatefulSet has numbers in the names of its pods",
    "approximated Web_1 runOnStartup: what is applied is started",
    "approximated Web_1 inheritEnv: the container has the environment of its image, not that of the host",
    "approximated Web_1 restart.backoff: Kubernetes waits 10 s before a restart, then twice as long each time, up to 5 min",
    "approximated Web_1 readiness.http.expectedStatus: every status from 200 to 399 is accepted",
  ]);
});

test.each([
  [{ readiness: { output: { pattern: "ok" } }, startTimeout: "9s" }, "startTimeout", "dropped; there is no check"],
  [{ readiness: { output: { pattern: "ok" } } }, "readiness.output.pattern", "dropped; Kubernetes looks at no output"],
  [{ liveness: { tcp: { host: "db.local", port: 1 } } }, "liveness.tcp.host", "mapped; livenessProbe"],
  [{ liveness: { unix: { path: "x" } } }, "liveness.unix.path", "approximated; livenessProbe; asked whether there is"],
  [{ limits: { maxCpu: 5, action: "NOTIFY" } }, "limits.maxCpu", "dropped; Kubernetes tells nobody"],
  [{ stop: { gracePeriod: "0s" } }, "stop.gracePeriod", "mapped; terminationGracePeriodSeconds"],
  [{ schedule: { cron: "0 0 L * *" } }, "schedule.cron", "dropped; Kubernetes has no such times"],
  [{ runOnStartup: false }, "runOnStartup", "approximated; what is applied is started"],
  [{ runOnStartup: true }, "runOnStartup", "mapped"],
  [{ runOnStartup: true, enabled: false }, "runOnStartup", "mapped"],
  [{ runOnStartup: true, schedule: { cron: "0 0 * * *" } }, "runOnStartup", "approximated; runs at its times only"],
  [{ dependsOn: [{ name: "db" }] }, "dependsOn", "dropped; Kubernetes starts all at once"],
])("%j is told", (json, field, expected) => {
  expect(toldOf(json, "kubernetes", field)).toContain(expected);
});

test("without an image there is one by the name, and a hint", () => {
  const { files, hints } = exportTemplates([web], "kubernetes");
  expect(files[0]?.text).toContain("image: web-1:latest\n");
  expect(hints).toEqual(["each image is named after its template: name the one that has the program with --image"]);
  expect(exportTemplates([web], "kubernetes", { image: "x" }).hints).toEqual([]);
});

test.each([
  ["a".repeat(80), "a".repeat(63)],
  ["--".concat("X.y").slice(2), "x-y"],
  ["@", "process"],
])("the name %s becomes %s", (name, expected) => {
  expect(read(templateOf({ name, command: "x", restart: { mode: "ALWAYS" } }))).toMatchObject({
    metadata: { name: expected },
  });
});

/** A text as a kubelet reads it: `$(NAME)` is a variable when there is one, `$$` is a dollar. */
function expand(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : Object.hasOwn(known, name) ? (known[name] ?? "") : whole,
  );
}

function whatRuns({ command = [], args = [], env = [], workingDir }: Container): unknown {
  const known: Record<string, string> = {};
  for (const { name, value = "" } of env) known[name] = expand(value, known);
  return { argv: [...command, ...args].map((word) => expand(word, known)), env: known, workingDir };
}

const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 10 }),
    fc
      .array(fc.constantFrom("$", "$$", "$(", "$(A)", ")", "A", "${A}", "\n", "'", '"'), { maxLength: 7 })
      .map((parts) => parts.join("")),
    fc.constantFrom("yes", "on", "1", "~", "0x1", "1e3", "12:30", "\u0085", "\u2028"),
  )
  .filter((value) => !/[\0\p{Surrogate}]/u.test(value));

test("argv, env and cwd reach the container byte by byte", () => {
  const name = fc.constantFrom("A", "B", "C_1", "PATH");
  const env = fc.dictionary(
    name,
    text.map((value) => value.replaceAll("$", "$$$$")),
    { maxKeys: 3 },
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), env, text, (args, given, directory) => {
      const cwd = `/srv/${directory.replaceAll("/", "")}`;
      const template = templateFromOptions(
        "web",
        "/bin/a$b",
        { args, env: given, restart: { mode: "ALWAYS" } },
        { cwd },
      );
      const { spec } = read(template) as { spec: { template: { spec: { containers: [Container] } } } };
      const expected = { argv: ["/bin/a$b", ...args], env: plainEnv(template), workingDir: template.cwd };
      expect(whatRuns(spec.template.spec.containers[0])).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("a variable made of others is what drover would make of them", () => {
  const env = { A: "$$(B)$$", B: "a$$${A}$$", C: "${B}${A}" };
  const { spec } = read(templateOf({ name: "web", command: "x", env, restart: { mode: "ALWAYS" } })) as {
    spec: { template: { spec: { containers: [Container] } } };
  };
  expect(whatRuns(spec.template.spec.containers[0])).toMatchObject({
    env: { A: "$(B)$", B: "a$$(B)$$", C: "a$$(B)$$$(B)$" },
  });
});

/** What the types of the API say of objects written out in a program, where they allow no field they do not have. */
function complaintsOf(objects: readonly (readonly [type: string, object: unknown])[]): readonly string[] {
  const file = join(root, "test/formats/objects-of-kubernetes.ts");
  const imports =
    'import type { Deployment } from "kubernetes-types/apps/v1";\nimport type { CronJob, Job } from "kubernetes-types/batch/v1";\n';
  const lines = objects.map(
    ([type, object], index) => `export const o${index}: ${type} = ${JSON.stringify(object)};\n`,
  );
  const options: ts.CompilerOptions = {
    ...{
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
    },
    ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version) =>
    path === file
      ? ts.createSourceFile(path, imports + lines.join(""), version)
      : getSourceFile.call(host, path, version);
  const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the types of the API of Kubernetes have nothing to say", () => {
  const socket = templateOf({
    name: "s",
    command: "x",
    restart: { mode: "ALWAYS" },
    readiness: { unix: { path: "x" } },
    liveness: { tcp: { port: 1 } },
  });
  const objects = [web, job, nightly, socket].map((template) => read(template) as { kind: string });
  expect(complaintsOf(objects.map((object) => [object.kind, object]))).toEqual([]);
});

test("the types of the API of Kubernetes refuse a field they do not have, and another kind of value", () => {
  const [deployment, wrong] = [structuredClone(read(web)), structuredClone(read(web))] as {
    spec: { replicas: unknown; template: { spec: { containers: Record<string, unknown>[] } } };
  }[];
  Object.assign(deployment?.spec.template.spec.containers[0] ?? {}, { nonsense: 1 });
  Object.assign(wrong?.spec ?? {}, { replicas: "3" });
  expect(complaintsOf([["Deployment", deployment]])).toEqual([
    "Object literal may only specify known properties, and '\"nonsense\"' does not exist in type 'Container'.",
  ]);
  expect(complaintsOf([["Deployment", wrong]])).toEqual(["Type 'string' is not assignable to type 'number'."]);
});
