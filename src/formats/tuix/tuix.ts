import type { PathPart } from "../../template/problem.js";
import { isObject } from "../../template/validate.js";
import { never } from "../apply.js";
import type { DocumentRule, Entries, Entry, Format } from "../format.js";
import { readData } from "../read-data.js";
import { findUntold } from "../untold.js";
import { blockOf, completeHealth, tuixFields } from "./fields.js";

/** `ProcessConfig` objects of tuix, its `processes.json`, and the block `processManager` of its configuration. */
export const tuix: Format = {
  name: "tuix",
  title: "tuix",
  files: "processes.json, tuix.config.ts, TypeScript and JavaScript with ProcessConfig objects",
  relativeTo: "host",
  read: readData,
  detect,
  entries: listEntries,
  constants: [
    { to: "restart.backoff.multiplier", value: 2, why: "restarts come with a growing delay" },
    { to: "restart.resetAfter", value: never, why: "the number of restarts is counted for good" },
  ],
  rules: tuixFields(),
  documentRules: documentRules(),
  includes: (value) => (isSettings(value) && typeof value["configFile"] === "string" ? [value["configFile"]] : []),
  program: {
    starts: ["start"],
    makers: ["createProcessManager", "ProcessManager", "ProcessManagerPlugin"],
    wrappers: ["defineConfig"],
    marks: [["name", "command"], ["processManager"]],
    exportMarks: [["processes"], ["services"]],
    known: () => ({ values: {}, calls: [] }),
  },
  finish: completeHealth,
};

const isSettings = (value: unknown): value is Record<string, unknown> => isObject(value) && !("command" in value);

const ownKeys = ["autostart", "autorestart", "restartDelay", "ignoreWatch", "errorFile", "healthCheck", "maxCpu"];

function detect(value: unknown): boolean {
  const block = blockOf(value);
  if (isObject(value) && "processManager" in value) return true;
  if (isObject(block) && ["tuixDir", "autoRestart"].some((key) => key in block)) return true;
  const isOurs = (entry: unknown): boolean =>
    isObject(entry) && "name" in entry && "command" in entry && ownKeys.some((key) => key in entry);
  return listOf(block).some(isOurs);
}

function listOf(block: unknown): readonly unknown[] {
  if (Array.isArray(block)) return block;
  if (!isObject(block)) return [];
  const { processes, services } = block;
  const list = processes ?? services;
  if (Array.isArray(list)) return list;
  if (isObject(list)) return Object.values(list).map((entry) => (isObject(entry) ? { name: "", ...entry } : entry));
  return "command" in block ? [block] : [];
}

function listEntries(value: unknown): Entries {
  const block = blockOf(value);
  const inside = block === value ? [] : ["processManager"];
  if (Array.isArray(block)) return { entries: block.map((entry: unknown, index) => ({ path: [index], value: entry })) };
  if (!isObject(block)) return { entries: [], problems: [{ path: [], at: "value", message: "holds no processes" }] };
  if ("command" in block) return { entries: [{ path: inside, value: block }] };
  const listed = "processes" in block ? "processes" : "services";
  const untold = [listed, "processManager"].flatMap((key) => findUntold(block[key], [...inside, key], "outer"));
  if (untold.length > 0) return { entries: [], problems: untold };
  const others = Object.keys(block).filter((key) => key !== listed);
  return { entries: entriesOf(block[listed], [...inside, listed]), others: others.map((key) => [...inside, key]) };
}

/** The processes of a list, or of a map by their names. */
function entriesOf(list: unknown, path: readonly PathPart[]): readonly Entry[] {
  if (Array.isArray(list)) return list.map((entry: unknown, index) => ({ path: [...path, index], value: entry }));
  return Object.entries(list ?? {}).map(([key, entry]) => {
    const isNamed = isObject(entry) && "name" in entry;
    return { path: [...path, key], value: entry, ...(!isNamed && { key }) };
  });
}

function documentRules(): readonly DocumentRule[] {
  const manager = { outcome: "mapped" as const, note: "taken for processes that do not say it themselves" };
  const rules: readonly DocumentRule[] = [
    { field: "autoRestart", ...manager },
    { field: "maxRestarts", ...manager },
    { field: "tuixDir", outcome: "approximated", note: "drover keeps its files in --state-dir" },
    { field: "configFile", outcome: "mapped", note: "its processes are read, too" },
    { field: "groups", outcome: "dropped", note: "write `group` into each process, and dependsOn for an order" },
    { field: "dependencies", outcome: "dropped", note: "write dependsOn into each template" },
  ];
  return rules.flatMap((rule) => [rule, { ...rule, field: `processManager.${rule.field}` }]);
}
