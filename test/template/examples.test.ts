import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { resolveProgram } from "../../src/template/interpreter.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";
import { TemplateStore } from "../../src/template/store.js";

const { templates, errors } = await new TemplateStore(resolve("templates")).load();
const all = templates.map(({ template }) => template);

/** Starts a demo the way drover does; it is killed at the end of the test if it is still there. */
function start(template: ProcessTemplate, env: Record<string, string>): ChildProcess {
  const { file, args } = resolveProgram(template, { exists: () => false });
  const child = spawn(file, args, {
    cwd: template.cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  const [code] = await once(child, "exit");
  return code;
}

test("every ready-made template is valid", () => {
  expect(errors.map(String)).toEqual([]);
  expect(all.map(({ name }) => name).sort()).toEqual([
    "build-watcher",
    "counter",
    "files",
    "nginx",
    "nightly-report",
    "postgres",
    "redis",
    "web",
    "worker",
  ]);
});

test("only demos that need nothing but Node and Python start by themselves", () => {
  const started = all.filter(({ runOnStartup }) => runOnStartup);
  expect(started.map(({ name }) => name).sort()).toEqual(["counter", "files", "web", "worker"]);
  expect(started.every(({ program }) => program.kind === "script" && program.script.startsWith("demo/"))).toBe(true);
});

test("they are written in several encodings", () => {
  const kinds = new Set(templates.map(({ file }) => file.split(".").at(-1)));
  expect([...kinds].sort()).toEqual(["json", "textproto", "yaml"]);
});

describe.each(all.filter(({ runOnStartup }) => runOnStartup))("the demo $name", (template) => {
  test("runs, and ends with code 0 on SIGTERM", async () => {
    const child = start(template, { PORT: "0" });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    const exit = exitOf(child);
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });
});

test.each(["web", "files"])("the demo %s says that its port is taken, and ends with code 1", async (name) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const child = start(all.find((template) => template.name === name) as ProcessTemplate, { PORT: String(port) });
  const said = once(child.stderr as NodeJS.ReadableStream, "data");
  expect(await exitOf(child)).toBe(1);
  expect(String(await said)).toContain(`cannot listen on port ${port}`);
});
