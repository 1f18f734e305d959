import { isObject } from "../template/validate.js";
import type { Entries, Format } from "./format.js";
import { composeFields } from "./process-compose-fields.js";
import { readData } from "./read-data.js";

/** `process-compose.yaml`. */
export const processCompose: Format = {
  name: "process-compose",
  title: "process-compose",
  files: "process-compose.yaml",
  relativeTo: "file",
  read: readData,
  detect,
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all processes are started, in the order of depends_on" },
    { to: "startTimeout", value: "24h", why: "nobody waits for a probe for a limited time" },
    { to: "missingEnv", value: "EMPTY", why: "a variable that does not exist is an empty text" },
    { to: "restart.backoff.multiplier", value: 1, why: "the delay is always the same" },
    { to: "restart.resetAfter", value: "576h", why: "the number of restarts is counted for good" },
  ],
  rules: composeFields(),
  documentRules: [
    { field: "version", outcome: "mapped", note: "" },
    { field: "environment", outcome: "mapped", note: "every process has it" },
    { field: "is_strict", outcome: "mapped", note: "unknown fields are always told" },
    { field: "shell", outcome: "dropped", note: "lines are run by bash -c" },
    { field: "log_level", outcome: "dropped", note: "it is about process-compose's own log" },
    { field: "log_location", outcome: "dropped", note: "each process has a log of its own" },
    { field: "vars", outcome: "dropped", note: "templates in commands are not filled in" },
  ],
};

const ownKeys = ["availability", "readiness_probe", "liveness_probe", "working_dir", "depends_on", "shutdown"];

function detect(value: unknown): boolean {
  if (!isObject(value) || !isObject(value["processes"])) return false;
  const processes = Object.values(value["processes"]).filter(isObject);
  const isLine = (entry: Record<string, unknown>): boolean => "command" in entry && !("args" in entry);
  if (processes.some((entry) => ownKeys.some((key) => key in entry))) return true;
  return "version" in value && processes.some(isLine);
}

function listEntries(value: unknown): Entries {
  const { processes, ...others } = isObject(value) ? value : {};
  if (!isObject(processes)) {
    const expected = "a map of processes by their names";
    return { entries: [], problems: [{ path: ["processes"], at: "value", message: "is no map", expected }] };
  }
  const entries = Object.entries(processes).map(([key, entry]) => ({ path: ["processes", key], value: entry, key }));
  return { entries, others: Object.keys(others).map((key) => [key]) };
}
