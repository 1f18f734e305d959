import { ProcessError } from "../../errors.js";
import type { Usage } from "../../os/os.js";
import type { Process } from "../../process/process.js";
import { maskText } from "../../template/mask-secrets.js";
import { describeProblem } from "../../template/problem.js";
import type { ProcessTemplate } from "../../template/process-template.js";
import { readTemplate } from "../../template/read-template.js";
import { durationMs } from "../../units/duration.js";
import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import { describeExitOf, describeProcess } from "../describe-process.js";
import { requireProcess } from "../find-process.js";
import { waitFor } from "../wait-for.js";

type Names = "ListProcesses" | "GetProcess" | "CreateProcess" | "AttachProcess" | "DeleteProcess";

/** The list of processes, and what is in it. */
export function processHandlers({ manager, usage, host }: ApiContext): Pick<Handlers, Names> {
  return {
    ListProcesses: async () => ({ processes: describeAll(manager.getAllProcesses(), await usage.look()) }),
    GetProcess: async ({ name = "" }) => {
      const process = requireProcess(manager, name);
      const used = await usage.look();
      return describeProcess(process, used.get(process));
    },
    CreateProcess: ({ template: given }) => {
      const template = readTemplateOf(given, host.cwd);
      const { name } = template;
      if (manager.getProcessByName(name) !== undefined) {
        throw new ProcessError("NAME_TAKEN", `there is a process named "${name}" already`, { process: name });
      }
      return describeProcess(manager.newProcessFromTemplate(template), undefined);
    },
    AttachProcess: async ({ name = "", pid = 0 }) => {
      return describeProcess(await manager.attachProcess(name, pid), undefined);
    },
    DeleteProcess: async ({ name = "" }) => {
      const process = requireProcess(manager, name);
      await manager.delete(process.name);
      return { name: process.name, pid: process.pid ?? 0 };
    },
  };
}

type SingleNames = "ExplainProcess" | "WaitForProcess" | "SignalProcess" | "ScaleTemplate";

/** What is asked of one process beside commands. */
export function singleHandlers({ manager, os }: ApiContext): Pick<Handlers, SingleNames> {
  return {
    ExplainProcess: ({ name: asked = "" }) => {
      const { name, summary, facts } = manager.explain(asked);
      const told = facts.map(([label, text]) => ({ label, text: maskText(text) }));
      return { name, summary: maskText(summary), facts: told };
    },
    WaitForProcess: async ({ name = "", for: goal, timeout }, context) => {
      const process = requireProcess(manager, name);
      const timeoutMs = timeout === undefined ? undefined : durationMs(timeout, "timeout");
      const cancelSignal = context.req.raw.signal;
      await waitFor(process, { goal: goal === "exited" ? goal : "ready", timeoutMs, cancelSignal }, os);
      return { ...describeProcess(process, undefined), exit: describeExitOf(process.status.exit) };
    },
    SignalProcess: async ({ name = "", signal }) => {
      const process = requireProcess(manager, name);
      await process.signal(signal as NodeJS.Signals);
      return { name: process.name, pid: process.pid ?? 0 };
    },
    ScaleTemplate: async ({ name = "", instances = 0 }) => {
      const processes = await manager.scale(name, instances);
      return { processes: describeAll(processes, new Map()) };
    },
  };
}

function describeAll(processes: readonly Process[], used: ReadonlyMap<Process, Usage>) {
  return processes.map((process) => describeProcess(process, used.get(process)));
}

function readTemplateOf(fields: unknown, cwd: string): ProcessTemplate {
  const read = readTemplate(fields, "file", { cwd });
  if (read.template !== undefined) return read.template;
  const lines = read.problems.map((problem) => `\n  ${describeProblem(problem)}`);
  throw new ProcessError("INVALID_TEMPLATE", `the template is not valid:${lines.join("")}`);
}
