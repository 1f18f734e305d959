import type { Hono } from "hono";
import { ProcessError } from "../../errors.js";
import { maskText } from "../../template/mask-secrets.js";
import { describeProblem } from "../../template/problem.js";
import type { ProcessTemplate } from "../../template/process-template.js";
import { readTemplate } from "../../template/read-template.js";
import { durationMs } from "../../units/duration.js";
import type { ApiContext } from "../api-context.js";
import { describeExitOf, describeProcess } from "../describe-process.js";
import type { ExplanationInfo } from "../explanation-info.js";
import { requireProcess } from "../find-process.js";
import { type FieldRule, type Fields, readObject, readWord, requireFields, textField } from "../request.js";
import { waitFor, waitGoals } from "../wait-for.js";
import { requireSignal } from "./commands.js";

/** The list of processes, and what is asked of one of them. */
export function addProcessRoutes(app: Hono, api: ApiContext): void {
  const { manager, usage } = api;
  app.get("/api/processes", async (context) => {
    const used = await usage.look();
    const processes = manager.getAllProcesses().map((process) => describeProcess(process, used.get(process)));
    return context.json({ processes });
  });
  app.get("/api/processes/:name", async (context) => {
    const process = requireProcess(manager, context.req.param("name"));
    const used = await usage.look();
    return context.json(describeProcess(process, used.get(process)));
  });
  app.post("/api/processes", async (context) => {
    const template = readTemplateOf(await readObject(context), api.host.cwd);
    const { name } = template;
    if (manager.getProcessByName(name) !== undefined) {
      throw new ProcessError("NAME_TAKEN", `there is a process named "${name}" already`, { process: name });
    }
    return context.json(describeProcess(manager.newProcessFromTemplate(template), undefined), 201);
  });
  app.delete("/api/processes/:name", async (context) => {
    const process = requireProcess(manager, context.req.param("name"));
    await manager.delete(process.name);
    return context.json({ name: process.name, pid: process.pid ?? 0 });
  });
  addSingleRoutes(app, api);
}

const instancesField: FieldRule = { expected: "a number", holds: (value) => typeof value === "number" };

function addSingleRoutes(app: Hono, { manager, os }: ApiContext): void {
  app.get("/api/processes/:name/explain", (context) => {
    const { name, summary, facts } = manager.explain(context.req.param("name"));
    const told = facts.map(([label, text]) => ({ label, text: maskText(text) }));
    return context.json({ name, summary: maskText(summary), facts: told } satisfies ExplanationInfo);
  });
  app.get("/api/processes/:name/wait", async (context) => {
    const process = requireProcess(manager, context.req.param("name"));
    const goal = readWord(context, "for", waitGoals);
    const limit = context.req.query("timeout");
    const timeoutMs = limit === undefined ? undefined : durationMs(limit, "timeout");
    await waitFor(process, { goal, timeoutMs, cancelSignal: context.req.raw.signal }, os);
    return context.json({ ...describeProcess(process, undefined), exit: describeExitOf(process.status.exit) });
  });
  app.post("/api/processes/:name/signal", async (context) => {
    const process = requireProcess(manager, context.req.param("name"));
    const { signal } = requireFields(await readObject(context), { signal: textField });
    await process.signal(requireSignal(typeof signal === "string" ? signal : ""));
    return context.json({ name: process.name, pid: process.pid ?? 0 });
  });
  app.post("/api/processes/:name/scale", async (context) => {
    const { instances } = requireFields(await readObject(context), { instances: instancesField });
    const processes = await manager.scale(context.req.param("name"), Number(instances));
    return context.json({ processes: processes.map((process) => describeProcess(process, undefined)) });
  });
}

function readTemplateOf(fields: Fields, cwd: string): ProcessTemplate {
  const read = readTemplate(fields, "file", { cwd });
  if (read.template !== undefined) return read.template;
  const lines = read.problems.map((problem) => `\n  ${describeProblem(problem)}`);
  throw new ProcessError("INVALID_TEMPLATE", `the template is not valid:${lines.join("")}`);
}
