import { describeValue } from "../template/complaint.js";
import { isObject } from "../template/validate.js";
import { dropped, noEffect } from "./apply.js";
import type { Apply, FieldRule, Found, Verdict } from "./format.js";
import { composeFileFields } from "./process-compose-file-fields.js";
import { readDollars, readPlainText, readTemplates } from "./process-compose-text.js";
import { droppedRule, inside, rule } from "./rule.js";
import { needsShell, splitShellWords } from "./shell-words.js";
import { templateName } from "./template-name.js";
import { expandingEnv, mapValues, variablesOf } from "./variables.js";

/** The fields of one process. */
export function composeFields(): readonly FieldRule[] {
  return [
    rule("description", "text", "description", { apply: textSetter("description", readPlainText) }),
    rule("command", "text", "command, args", {
      note: "words are run as they are, other lines by bash -c",
      apply: setLine,
    }),
    rule("entrypoint", "texts", "command, args", { note: "in place of a command", apply: setEntrypoint }),
    rule("working_dir", "text", "cwd", { apply: textSetter("cwd", readPlainText) }),
    rule("environment", "any", "env", { note: "NAME=value lines, or a map", missing: [], apply: setEnvironment }),
    rule("env_file", "any", "envFiles", { apply: setEnvFiles }),
    rule("depends_on", "any", "dependsOn", { note: "all five conditions", apply: setDependencies }),
    rule("replicas", "count", "instances"),
    rule("namespace", "text", "group"),
    rule("disabled", "flag", "enabled", { apply: setDisabled }),
    rule("log_location", "text", "logs.stdout, logs.stderr", { apply: setLog }),
    rule("ready_log_line", "text", "readiness.output.pattern", { note: "a text that a line has", apply: setReadyLine }),
    rule("success_exit_codes", "any", "restart.successExitCodes", { apply: setSuccess }),
    ...restartFields(),
    ...inside("readiness_probe", probeFields("readiness")),
    ...inside("liveness_probe", probeFields("liveness")),
    ...inside("shutdown", [
      rule("command", "text", "stop.command", { apply: setStopCommand }),
      rule("signal", "count", "stop.signal", { apply: setSignal }),
      rule("timeout_seconds", "seconds", "stop.gracePeriod", { missing: 10 }),
      rule("parent_only", "flag", "", { apply: setParentOnly }),
    ]),
    ...composeFileFields(),
    droppedRule(
      "is_daemon",
      "a program that goes into the background by itself must be told to stay in the foreground",
    ),
    droppedRule("is_foreground", "drover gives the terminal to no process"),
    droppedRule("is_tty", "drover gives a terminal to no process"),
    droppedRule("is_elevated", "use runAs"),
    droppedRule("vars", "templates in commands are not filled in"),
    rule("disable_ansi_colors", "flag", "", { apply: () => noEffect("lines are kept as they are") }),
  ];
}

function restartFields(): readonly FieldRule[] {
  return inside("availability", [
    rule("restart", "any", "restart.mode", { note: "no, on_failure, always", missing: "no", apply: setRestart }),
    rule("backoff_seconds", "seconds", "restart.backoff", { missing: 1, apply: setDelay }),
    rule("max_restarts", "count", "restart.maxRestarts", {
      note: "0 is any number",
      missing: 0,
      apply: setMaxRestarts,
    }),
    droppedRule("exit_on_end", "the other processes run on"),
    droppedRule("exit_on_skipped", "the other processes run on"),
  ]);
}

function probeFields(probe: "readiness" | "liveness"): readonly FieldRule[] {
  const at = (field: string): string => `${probe}.${field}`;
  return [
    rule("exec.command", "text", at("exec"), { note: "run by bash -c", apply: execSetter(probe) }),
    droppedRule("exec.working_dir", "checks run in the directory of the process"),
    rule("http_get.host", "text", at("http.url"), { note: "put together", apply: urlSetter(probe) }),
    rule("http_get.scheme", "text", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.path", "text", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.port", "any", at("http.url"), { apply: urlSetter(probe) }),
    rule("http_get.status_code", "count", at("http.expectedStatus"), { apply: statusSetter(probe) }),
    droppedRule("http_get.headers", "requests have no headers of their own"),
    rule("initial_delay_seconds", "seconds", at("startPeriod"), {
      note: "failures in it do not count",
      apply: probeSetter(probe, "startPeriod"),
    }),
    rule("period_seconds", "seconds", at("interval"), { missing: 10, apply: probeSetter(probe, "interval") }),
    rule("timeout_seconds", "seconds", at("timeout"), { missing: 1, apply: probeSetter(probe, "timeout") }),
    rule("success_threshold", "count", at("successThreshold"), {
      missing: 1,
      apply: probeSetter(probe, "successThreshold"),
    }),
    rule("failure_threshold", "count", at("failureThreshold"), {
      missing: 3,
      apply: probeSetter(probe, "failureThreshold"),
    }),
  ];
}

function textSetter(to: string, read: (text: string) => string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, read(String(value)), path);
    return undefined;
  };
}

function setSuccess({ draft, value, path }: Found): undefined {
  draft.set("restart.successExitCodes", Array.isArray(value) ? [...new Set<unknown>([0, ...value])] : value, path);
}

/** process-compose replaces `$$` by a dollar before bash sees the line. */
function setLine({ draft, value, path }: Found): undefined {
  const line = readPlainText(String(value));
  const split = needsShell(line) ? undefined : splitShellWords(line);
  const words = split === undefined ? ["bash", "-c", line] : "words" in split ? split.words : [];
  if (split !== undefined && "message" in split)
    draft.complain(path, { message: split.message, expected: "a command line" });
  const [command = "", ...args] = words;
  if (command !== "") draft.set("command", command, path);
  draft.set("args", args, path);
}

function setEntrypoint({ draft, value, path }: Found): undefined {
  const [command = "", ...args] = (value as readonly string[]).map(readDollars);
  draft.set("command", command, path);
  draft.set("args", args, path);
}

function setEnvironment({ draft, scope, value, path }: Found): undefined {
  const shared = isObject(scope.document) ? scope.document["environment"] : undefined;
  const env: Record<string, string> = {};
  for (const source of [shared ?? [], value]) {
    const read = variablesOf(source);
    if (typeof read === "string") draft.complain(path, { message: read, expected: "NAME=value lines, or a map" });
    else Object.assign(env, read);
  }
  if (Object.keys(env).length > 0) draft.set("env", mapValues(expandingEnv(env), readTemplates), path);
}

function setEnvFiles({ draft, value, path }: Found): undefined {
  draft.set("envFiles", typeof value === "string" ? [readDollars(value)] : value, path);
}

const conditions: Readonly<Record<string, string>> = {
  process_started: "STARTED",
  process_healthy: "READY",
  process_log_ready: "READY",
  process_completed: "EXITED",
  process_completed_successfully: "SUCCEEDED",
};

function setDependencies({ draft, value, path }: Found): undefined {
  const dependencies = Object.entries(isObject(value) ? value : {}).map(([name, options]) => {
    const word = isObject(options) && "condition" in options ? String(options["condition"]) : "process_started";
    const condition = Object.hasOwn(conditions, word) ? conditions[word] : undefined;
    if (condition === undefined) {
      const expected = `one of ${Object.keys(conditions).join(", ")}`;
      draft.complain([...path, name, "condition"], { message: `unknown condition ${JSON.stringify(word)}`, expected });
    }
    return { name: templateName(name).name, condition: condition ?? "READY" };
  });
  if (isObject(value)) draft.set("dependsOn", dependencies, path);
  else draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a map of processes and conditions" });
}

function setDisabled({ draft, value, path }: Found): undefined {
  draft.set("enabled", value !== true, path);
}

function setLog({ draft, value, path }: Found): undefined {
  for (const stream of ["stdout", "stderr"]) draft.set(`logs.${stream}`, readPlainText(String(value)), path);
}

function setReadyLine({ draft, value, path }: Found): undefined {
  draft.set("readiness.output.pattern", readDollars(String(value)).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), path);
}

const modes: Readonly<Record<string, string>> = {
  no: "NEVER",
  false: "NEVER",
  on_failure: "ON_FAILURE",
  always: "ALWAYS",
};

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  const word = String(value);
  if (word === "exit_on_failure")
    return { outcome: "approximated", note: "never restarted; the other processes run on" };
  if (Object.hasOwn(modes, word)) draft.set("restart.mode", modes[word], path);
  else draft.complain(path, { message: `unknown word ${JSON.stringify(word)}`, expected: "no, on_failure or always" });
  return undefined;
}

function setDelay({ draft, value, path }: Found): undefined {
  for (const end of ["initial", "max"]) draft.set(`restart.backoff.${end}`, value, path);
}

function setMaxRestarts({ draft, value, path }: Found): undefined {
  if (value !== 0) draft.set("restart.maxRestarts", value, path);
}

function setStopCommand({ draft, value, path }: Found): undefined {
  draft.set("stop.command", ["bash", "-c", readDollars(String(value))], path);
}

function setSignal({ draft, value, path }: Found): undefined {
  draft.set("stop.signal", String(value), path);
}

function setParentOnly({ value }: Found): Verdict {
  return value === true ? dropped("the whole tree is always stopped") : noEffect("the whole tree is stopped");
}

function probeOf({ entry }: Pick<Found, "entry">, probe: string): Record<string, unknown> | undefined {
  const given = entry[`${probe}_probe`];
  return isObject(given) ? given : undefined;
}

function probeSetter(probe: string, field: string): Apply {
  return (found) => {
    if (probeOf(found, probe) !== undefined) found.draft.set(`${probe}.${field}`, found.value, found.path);
    return undefined;
  };
}

function execSetter(probe: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(`${probe}.exec.command`, "bash", path);
    draft.set(`${probe}.exec.args`, ["-c", readPlainText(String(value))], path);
    return undefined;
  };
}

function urlSetter(probe: string): Apply {
  return (found) => {
    const given = probeOf(found, probe)?.["http_get"];
    const { host = "127.0.0.1", scheme = "http", path = "/", port } = isObject(given) ? given : {};
    const address = `${String(scheme).toLowerCase()}://${String(host)}${port === undefined ? "" : `:${String(port)}`}`;
    found.draft.set(`${probe}.http.url`, `${address}${readPlainText(String(path)).replace(/^\/?/, "/")}`, found.path);
    return undefined;
  };
}

function statusSetter(probe: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(`${probe}.http.expectedStatus`, [value], path);
    return undefined;
  };
}
