import { isObject } from "../../template/validate.js";
import type { Entries, Format, Scope } from "../format.js";
import { numberOf } from "../kind.js";
import { membersOf } from "../members.js";
import { readData } from "../read-data.js";
import { processComposeFields } from "./fields.js";
import { inheritProcesses } from "./inherit.js";
import { complainOfExtends, joinFiles, readerOf } from "./join-files.js";
import { fillIn } from "./text.js";

/** More than a host can hold. */
const mostReplicas = 1000;

const rules = processComposeFields();

/** `process-compose.yaml`. */
export const processCompose: Format = {
  name: "process-compose",
  title: "process-compose",
  files: "process-compose.yaml",
  relativeTo: "file",
  fileName: /^process-compose\b.*\.ya?ml$/,
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
  rules,
  documentRules: [
    { field: "version", outcome: "mapped", note: "" },
    { field: "environment", outcome: "mapped", note: "every process has it" },
    { field: "x-*", outcome: "mapped", note: "pieces that others share by anchors" },
    { field: "is_strict", outcome: "mapped", note: "unknown fields are always told" },
    { field: "shell", outcome: "dropped", note: "lines are run by bash -c" },
    { field: "log_level", outcome: "dropped", note: "it is about process-compose's own log" },
    { field: "log_location", outcome: "dropped", note: "each process has a log of its own" },
    { field: "vars", outcome: "mapped", note: "values for `{{.NAME}}`; other templates are errors" },
    { field: "name", outcome: "mapped", note: "" },
    { field: "disable_env_expansion", outcome: "mapped", note: "" },
    { field: "is_tui_disabled", outcome: "dropped", note: "`drover up` has no screen" },
    { field: "ordered_shutdown", outcome: "mapped", note: "dependents are always stopped first" },
    { field: "log_length", outcome: "dropped", note: "it is about process-compose's own screen" },
    { field: "log_format", outcome: "dropped", note: "what is written is kept as it is" },
    { field: "log_configuration", outcome: "dropped", note: "each process has a log of its own" },
    { field: "extends", outcome: "mapped", note: "that file, over which this one is laid, and those that it extends" },
    {
      field: "env_cmds",
      outcome: "dropped",
      note: "nothing in the file is run: set the variables where drover is started",
    },
    { field: "mcp_server", outcome: "dropped", note: "drover has a REST API" },
  ],
  includes: listExtended,
  isChained: true,
  join: joinFiles,
};

const ownKeys = ["availability", "readiness_probe", "liveness_probe", "working_dir", "depends_on", "shutdown"];

function detect(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (typeof value["extends"] === "string" && "processes" in value) return value["services"] === undefined;
  if (!isObject(value["processes"])) return false;
  const processes = Object.values(value["processes"]).filter(isObject);
  const isLine = (entry: Record<string, unknown>): boolean => "command" in entry && !("args" in entry);
  if (processes.some((entry) => ownKeys.some((key) => key in entry))) return true;
  return processes.some(isLine) && ("version" in value || processes.every(hasOnlyKnownFields));
}

const knownFields = new Set(rules.map(({ field }) => field.replace(/\..*/, "")));

function hasOnlyKnownFields(entry: Record<string, unknown>): boolean {
  return Object.keys(entry).every((key) => knownFields.has(key));
}

function listExtended(value: unknown, scope: Scope): readonly string[] {
  const file = isObject(value) ? value["extends"] : undefined;
  if (typeof file !== "string") return [];
  const read = readerOf(value, scope)(file);
  const path = "text" in read ? read.text : file;
  return path === "" ? [] : [path];
}

function listEntries(value: unknown, scope: Scope): Entries {
  const document = membersOf(value, "processes", "a map of processes by their names");
  const { members, problems } = inheritProcesses(document.members);
  const replicas = listReplicas(members);
  const entries = Object.entries(members).flatMap(([key, process]) => {
    const path = ["processes", key];
    const names = replicas.get(key);
    if (names === undefined) return [{ path, key, value: prepareProcess(process, { scope, number: 0, replicas }) }];
    return names.map((name, number) => {
      return { path, key: name, value: { ...prepareProcess(process, { scope, number, replicas }), replicas: 1 } };
    });
  });
  return {
    entries,
    others: document.others,
    problems: [...complainOfExtends(value), ...document.problems, ...problems],
  };
}

/** Instances of one template are all the same: replicas that know their number are processes of their own. */
function listReplicas(processes: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly string[]> {
  const numbered = Object.entries(processes).flatMap(([key, process]) => {
    const count = isObject(process) ? numberOf(process["replicas"]) : 1;
    const isNumbered = count > 1 && count <= mostReplicas && JSON.stringify(process).includes("PC_REPLICA_NUM");
    const width = String(count).length;
    const names = Array.from({ length: isNumbered ? count : 0 }, (_, n) => `${key}-${String(n).padStart(width, "0")}`);
    return isNumbered ? [[key, names] as const] : [];
  });
  return new Map(numbered);
}

interface Preparing {
  readonly scope: Scope;
  /** Which of several replicas it is, from 0. */
  readonly number: number;
  readonly replicas: ReadonlyMap<string, readonly string[]>;
}

function prepareProcess(process: unknown, { scope, number, replicas }: Preparing): Record<string, unknown> | undefined {
  const filled = fillIn(process, scope, { rules, number });
  if (!isObject(filled)) return filled as undefined;
  const awaited = filled["depends_on"];
  if (!isObject(awaited)) return filled;
  const each = Object.entries(awaited).flatMap(([name, how]) =>
    (replicas.get(name) ?? [name]).map((one) => [one, how]),
  );
  return { ...filled, depends_on: Object.fromEntries(each) as unknown };
}
