import { isCnInfraTemplate, readCnInfraTemplate } from "../template/cn-infra.js";
import { isObject } from "../template/validate.js";
import type { Entries, FieldRule, Format } from "./format.js";
import { readData } from "./read-data.js";

/** Templates of the ligato cn-infra process manager, and `pm.conf`, which names the directory of them. */
export const cnInfra: Format = {
  name: "cn-infra",
  title: "cn-infra",
  files: "NAME.json in the template directory, pm.conf",
  relativeTo: "host",
  read: readData,
  detect: (value) => (isObject(value) && "template-path" in value) || isCnInfraTemplate(value),
  entries: listEntries,
  constants: [],
  rules: rules(),
  documentRules: [{ field: "template-path", outcome: "mapped", note: "its templates are read, too" }],
  includes: (value) => (isObject(value) && typeof value["template-path"] === "string" ? [value["template-path"]] : []),
  build: (value, { hostCwd }, path) => readCnInfraTemplate(value, { cwd: hostCwd }, path),
};

function listEntries(value: unknown): Entries {
  if (!isObject(value) || !("template-path" in value)) return { entries: [{ path: [], value }] };
  return { entries: [], others: Object.keys(value).map((key) => [key]) };
}

function rules(): readonly FieldRule[] {
  const options: readonly (readonly [string, FieldRule["kind"], string, string?])[] = [
    ["args", "any", "args"],
    ["out_writer", "any", "logs.mode", "either writer: inherit, for both streams; none: discard"],
    ["err_writer", "any", "logs.mode", "the same"],
    ["restart", "any", "restart.mode, restart.maxRestarts", "0 never; n always, n times; -1 always. Without a delay"],
    ["detach", "any", "detach"],
    ["run_on_startup", "any", "runOnStartup"],
    ["notify", "any", "notify"],
    ["auto_terminate", "any", "", "no effect: every child that ended is reaped"],
    ["cpu_affinity_mask", "any", "affinity.mask"],
    ["cpu_affinity_list", "any", "affinity.list"],
    ["cpu_affinity_delay", "any", "affinity.delay"],
  ];
  const camel = (field: string): string => field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const rule = (field: string, [, kind, to, note]: (typeof options)[number]): FieldRule => {
    // The template is read by its own schema, see `build`; the rules only say what becomes of what.
    return { field, kind, to, outcome: "mapped", ...(note !== undefined && { note }), apply: () => undefined };
  };
  return [
    rule("name", ["name", "any", "name"]),
    rule("cmd", ["cmd", "any", "command", "as it is"]),
    ...options.map((option) => rule(`p_options.${option[0]}`, option)),
    ...options.map((option) => rule(`pOptions.${camel(option[0])}`, option)),
  ];
}
