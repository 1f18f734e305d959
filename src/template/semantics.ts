import type { ProcessTemplate as WireTemplate } from "../gen/drover/v1/template.js";
import { parseEnvValue, referenceForms } from "./env-reference.js";
import type { PathPart, Problem } from "./problem.js";
import { messageType } from "./schema.js";
import { Section } from "./section.js";
import type { JsonObject } from "./validate.js";

type Rule = (template: Section<WireTemplate>) => readonly Problem[];

const rules: readonly Rule[] = [
  checkProgramOptions,
  checkEnvReferences,
  checkBackoff,
  checkOutputPattern,
  checkOutputSeen,
  checkExec,
  checkLimits,
  checkRunAs,
  checkDependencies,
];

/** What is wrong with the fields of a template in relation to each other; each field alone is already valid. */
export function checkRelations(json: JsonObject, path: readonly PathPart[] = []): Problem[] {
  const template = new Section<WireTemplate>(messageType("ProcessTemplate"), json);
  return rules.flatMap((rule) => rule(template)).map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** An option without effect is a misunderstanding that would only show when the process misbehaves. */
function checkProgramOptions(template: Section<WireTemplate>): Problem[] {
  if (template.has("script") && template.flag("shell")) {
    return [wrong(["shell"], "has no effect on a script", undefined, "use command, or leave shell out")];
  }
  if (template.has("command") && template.has("interpreter") && template.text("interpreter") !== "auto") {
    return [wrong(["interpreter"], "has no effect on a command", undefined, "use script, or leave interpreter out")];
  }
  return [];
}

function checkEnvReferences(template: Section<WireTemplate>): Problem[] {
  return Object.entries(template.record("env")).flatMap(([key, value]) => {
    const parsed = parseEnvValue(value);
    if (!("message" in parsed)) return [];
    return [wrong(["env", key], parsed.message, referenceForms, "write $$ for a dollar")];
  });
}

function checkBackoff(template: Section<WireTemplate>): Problem[] {
  const backoff = template.section("restart").section("backoff");
  if (backoff.milliseconds("max") >= backoff.milliseconds("initial")) return [];
  const [initial, max] = [backoff.text("initial"), backoff.text("max")];
  return [wrong(["restart", "backoff", "max"], `${max} is shorter than initial`, `at least ${initial}`)];
}

function checkOutputPattern(template: Section<WireTemplate>): Problem[] {
  return healthChecks(template).flatMap(([name, health]) => {
    const output = health.maybeSection("output");
    if (output === undefined || !output.has("pattern")) return [];
    try {
      new RegExp(output.text("pattern"), output.text("flags"));
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [wrong([name, "output", "pattern"], reason, "a JavaScript regular expression")];
    }
  });
}

/** Output nobody but a terminal gets cannot be searched: the start would only time out. */
function checkOutputSeen(template: Section<WireTemplate>): Problem[] {
  const logs = template.section("logs");
  const mode = logs.has("mode") ? logs.word("mode") : "FILE";
  if (mode === "FILE") return [];
  return healthChecks(template).flatMap(([name, health]) =>
    health.maybeSection("output") === undefined
      ? []
      : [wrong([name, "output"], `cannot see what the process writes, because logs.mode is ${mode}`, "logs.mode FILE")],
  );
}

function checkExec(template: Section<WireTemplate>): Problem[] {
  return healthChecks(template).flatMap(([name, health]) => {
    const exec = health.maybeSection("exec");
    if (exec === undefined || exec.has("command") !== exec.has("script")) return [];
    const message = exec.has("command") ? "has both command and script" : "has none of command, script";
    return [wrong([name, "exec"], message, "exactly one of them")];
  });
}

function checkLimits(template: Section<WireTemplate>): Problem[] {
  const limits = template.maybeSection("limits");
  if (limits === undefined || limits.has("maxMemory") || limits.has("maxCpu")) return [];
  return [wrong(["limits"], "limits nothing", "maxMemory or maxCpu or both")];
}

function checkRunAs(template: Section<WireTemplate>): Problem[] {
  const runAs = template.maybeSection("runAs");
  if (runAs === undefined || runAs.has("user") || runAs.has("group")) return [];
  return [wrong(["runAs"], "names nobody", "user or group or both")];
}

function checkDependencies(template: Section<WireTemplate>): Problem[] {
  const names = template.sections("dependsOn").map((dependency) => dependency.text("name"));
  const first = new Map<string, number>();
  return names.flatMap((name, index) => {
    const path = ["dependsOn", index, "name"];
    if (name !== "" && name === template.text("name"))
      return [wrong(path, "a process cannot depend on itself", "another name")];
    const earlier = first.get(name) ?? index;
    first.set(name, earlier);
    return name === "" || earlier === index
      ? []
      : [wrong(path, `${name} is already in dependsOn[${earlier}]`, "each name once")];
  });
}

function healthChecks(template: Section<WireTemplate>) {
  return (["readiness", "liveness"] as const).flatMap((name) => {
    const health = template.maybeSection(name);
    return health === undefined ? [] : [[name, health] as const];
  });
}

function wrong(path: readonly PathPart[], message: string, expected?: string, fix?: string): Problem {
  return { path, at: "value", message, expected, fix };
}
