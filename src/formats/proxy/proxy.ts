import { isObject } from "../../template/validate.js";
import { never } from "../apply.js";
import type { Entries, Format } from "../format.js";
import { readData } from "../read-data.js";
import { completeHealth, proxyFields } from "./fields.js";

/** `processes.yaml` of the reverse proxy, in the spelling of its documentation and in that of its schema. */
export const proxy: Format = {
  name: "proxy",
  title: "the proxy's processes.yaml",
  files: "config/processes.yaml",
  relativeTo: "host",
  read: readData,
  detect,
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "processes start when the proxy starts" },
    { to: "restart.mode", value: "ALWAYS", why: "a process that exits is restarted, whatever its exit code" },
    { to: "restart.backoff.multiplier", value: 1, why: "the delay is always the same" },
    { to: "restart.resetAfter", value: never, why: "the number of restarts is counted for good" },
    { to: "stop.gracePeriod", value: "5s", why: "SIGTERM, and 5 seconds to end" },
    { to: "missingEnv", value: "KEEP", why: "a reference to a variable that does not exist stays as it is written" },
    { to: "logs.echo", value: true, why: "lines also go to the proxy's log: stdout as info, stderr as warn" },
    { to: "logs.stderrLevel", value: "WARN", why: "see above" },
  ],
  rules: proxyFields(),
  documentRules: [
    { field: "settings", outcome: "dropped", note: "settings for all processes are not read; write them into each" },
    { field: "routes", outcome: "dropped", note: "routes belong to a proxy, not to a process" },
  ],
  finish: completeHealth,
};

const optionKeys = ["enabled", "args", "cwd", "env", "restartPolicy", "healthCheck", "restartOnExit", "pidFile"];

function detect(value: unknown): boolean {
  if (!isObject(value)) return false;
  if ("routes" in value && Object.keys(value).length === 1) return true;
  const processes = "processes" in value ? value["processes"] : value;
  if (!isObject(processes) || "services" in value || !Object.values(processes).every(isObject)) return false;
  // process-compose has the same outer shape, but a command line in place of command and args, and other options.
  const isOurs = (entry: unknown): boolean =>
    isObject(entry) && "command" in entry && optionKeys.some((key) => key in entry) && !isProcessCompose(entry);
  return Object.values(processes).some(isOurs) && !("version" in value);
}

const foreignKeys = ["working_dir", "depends_on", "availability", "readiness_probe", "liveness_probe", "environment"];

const isProcessCompose = (entry: Record<string, unknown>): boolean => foreignKeys.some((key) => key in entry);

function listEntries(value: unknown): Entries {
  if (!isObject(value))
    return { entries: [], problems: [{ path: [], at: "value", message: "is no map of processes" }] };
  const isBare = !("processes" in value) && !("routes" in value);
  const { processes, ...others } = isBare ? { processes: value } : value;
  const inside = isBare ? [] : ["processes"];
  if (processes !== undefined && !isObject(processes)) {
    const problem = {
      path: ["processes"],
      at: "value" as const,
      message: "is no map",
      expected: "processes by their ids",
    };
    return { entries: [], problems: [problem] };
  }
  const entries = Object.entries(processes ?? {}).map(([key, entry]) => ({
    path: [...inside, key],
    value: entry,
    key,
  }));
  return { entries, others: Object.keys(others).map((key) => [key]) };
}
