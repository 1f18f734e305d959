import type { CnInfraOptions, CnInfraTemplate } from "../gen/drover/v1/cn_infra.js";
import { formatDuration, parseDuration } from "../units/duration.js";
import type { PathPart, Problem } from "./problem.js";
import { completeTemplate, type ReadTemplate } from "./read-template.js";
import type { TemplateBase } from "./resolve.js";
import { fieldOfKey, messageType, rulesOf } from "./schema.js";
import { Section } from "./section.js";
import { isObject, type JsonObject, validate } from "./validate.js";

/** Whether a value is a template of the ligato cn-infra process manager, which has `cmd` and `p_options`. */
export function isCnInfraTemplate(value: unknown): boolean {
  if (!isObject(value)) return false;
  const keys = Object.keys(value);
  if (keys.includes("p_options") || keys.includes("pOptions")) return true;
  return keys.includes("cmd") && keys.every((key) => key === "cmd" || key === "name");
}

/**
 * A cn-infra template by its documented meaning, not by what its code got wrong: `restart: -1` restarts for ever, and a template
 * with restarts does not start by itself.
 *
 * - restart 0 is NEVER, n is ALWAYS with `maxRestarts` n, -1 is ALWAYS without limit; restarts come without a delay
 * - a writer passes output through to the manager. drover has one place for both streams: with either writer both are
 *   passed through, so that none is lost; with neither output is discarded
 * - `auto_terminate` has no effect, as every child that ended is reaped
 * - the working directory is the manager's
 */
export function readCnInfraTemplate(value: unknown, base: TemplateBase, path: readonly PathPart[] = []): ReadTemplate {
  const type = messageType("CnInfraTemplate");
  const { json, problems } = validate(type, value, "file", path);
  const template = new Section<CnInfraTemplate>(type, json);
  const options = template.section("pOptions");
  const relations = [...problems, ...checkOptions(options, path)];
  if (relations.length > 0) return { problems: relations };
  return completeTemplate(convert(template, options), [], base, path);
}

type Options = Section<CnInfraOptions>;

function checkOptions(options: Options, path: readonly PathPart[]): Problem[] {
  if (options.text("cpuAffinityMask") === "" || options.text("cpuAffinityList") === "") return [];
  const at = [...path, "p_options", "cpu_affinity_list"];
  return [{ path: at, at: "key", message: "conflicts with cpu_affinity_mask", expected: "only one of the two" }];
}

function convert(template: Section<CnInfraTemplate>, options: Options): JsonObject {
  const json: JsonObject = {
    name: template.text("name"),
    command: template.text("cmd"),
    args: options.texts("args"),
    detach: options.flag("detach"),
    runOnStartup: options.flag("runOnStartup"),
    notify: options.flag("notify"),
    logs: { mode: options.flag("outWriter") || options.flag("errWriter") ? "INHERIT" : "DISCARD" },
  };
  const restart = convertRestart(options.number("restart"));
  const affinity = convertAffinity(options);
  return { ...json, ...(restart && { restart }), ...(affinity && { affinity }) };
}

function convertRestart(restarts: number): JsonObject | undefined {
  if (restarts === 0) return undefined;
  const always = { mode: "ALWAYS", backoff: { initial: "0s" } };
  // Their number counts all restarts there ever are; being up for a while does not give any back.
  return restarts === -1 ? always : { ...always, maxRestarts: restarts, resetAfter: longestReset() };
}

/** The schema's longest wait for the count of restarts to return to zero. */
function longestReset(): string {
  const field = fieldOfKey(messageType("RestartPolicy"), "resetAfter");
  return formatDuration(parseDuration((field && rulesOf(field).max) ?? "") ?? 0);
}

function convertAffinity(options: Options): JsonObject | undefined {
  const [mask, list, delay] = [
    options.text("cpuAffinityMask"),
    options.text("cpuAffinityList"),
    options.text("cpuAffinityDelay"),
  ];
  if (mask === "" && list === "") return undefined;
  return mask === "" ? { list, delay } : { mask, delay };
}
