import { resolve } from "node:path";
import { describeValue } from "../../template/complaint.js";
import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import { type Conditions, setDependsOn } from "../dependencies.js";
import type { FieldRule, Found, Verdict } from "../format.js";
import { scalarText, wordOf } from "../kind.js";
import { readEnvValue } from "../references.js";
import { droppedFlag, droppedRule, inside, rule } from "../rule.js";
import { needsShell, splitShellWords } from "../shell-words.js";
import { literal, variablesOf } from "../variables.js";
import { processComposeFileFields } from "./file-fields.js";
import { isExpanding, lineOf, noteOnLine } from "./line.js";
import { probeFields } from "./probes.js";

/** The fields of one process. */
export function processComposeFields(): readonly FieldRule[] {
  return [
    rule("description", "scalar", "description"),
    rule("command", "scalar", "command, args", {
      note: "words are run as they are, other lines by bash -c",
      apply: setLine,
    }),
    rule("entrypoint", "texts", "command, args", { note: "in place of a command", apply: setEntrypoint }),
    rule("working_dir", "scalar", "cwd"),
    rule("environment", "any", "env", { note: "NAME=value lines, or a map", missing: [], apply: setEnvironment }),
    rule("env_file", "any", "envFiles", { apply: setEnvFiles }),
    rule("is_dotenv_disabled", "flag", "envFiles", {
      note: "else `.env` beside the file is one, where there is one",
      missing: false,
      apply: setDotenv,
    }),
    rule("success_exit_codes", "any", "restart.successExitCodes", { note: "beside 0", apply: setExitCodes }),
    rule("depends_on", "any", "dependsOn", { note: "all five conditions", apply: setDependencies }),
    rule("replicas", "count", "instances", { note: "0 is 1", apply: setReplicas }),
    rule("namespace", "any", "group", { note: "the first, where there are several", apply: setGroup }),
    rule("disabled", "flag", "enabled", { apply: setDisabled }),
    rule("is_disabled", "scalar", "enabled", { note: "wins over disabled", apply: setIsDisabled }),
    rule("log_location", "scalar", "logs.stdout, logs.stderr", { apply: setLog }),
    rule("ready_log_line", "scalar", "readiness.output.pattern", {
      note: "a text that a line has",
      apply: setReadyLine,
    }),
    ...restartFields(),
    ...inside("readiness_probe", probeFields("readiness")),
    ...inside("liveness_probe", probeFields("liveness")),
    ...inside("shutdown", [
      rule("command", "scalar", "stop.command", { apply: setStopCommand }),
      rule("signal", "count", "stop.signal", { apply: setSignal }),
      rule("timeout_seconds", "seconds", "stop.gracePeriod", { missing: 10 }),
      rule("parent_only", "flag", "", { apply: setParentOnly }),
      droppedRule("send_keys", "drover gives a terminal to no process"),
    ]),
    ...processComposeFileFields(),
    ...otherFields(),
    rule("disable_ansi_colors", "flag", "", { apply: () => noEffect("lines are kept as they are") }),
  ];
}

function otherFields(): readonly FieldRule[] {
  return [
    droppedFlag(
      "is_daemon",
      "a program that goes into the background by itself must be told to stay in the foreground",
    ),
    droppedFlag("is_foreground", "drover gives the terminal to no process"),
    droppedFlag("is_tty", "drover gives a terminal to no process"),
    droppedFlag("is_elevated", "use runAs"),
    rule("vars", "any", "", { apply: () => noEffect("they are filled in") }),
    rule("is_template_disabled", "flag", "", { apply: () => noEffect("the command is kept as it is") }),
    rule("extends", "text", "", { note: "what that process has, this one has, too", apply: () => noEffect("") }),
    droppedFlag("is_interactive", "drover gives the terminal to no process"),
    droppedRule("launch_timeout_seconds", "it is about is_daemon"),
    droppedFlag("truncate_log", "logs go on where they ended, and are rotated"),
    droppedRule("mcp", "drover has a REST API"),
    ...["monitor_for", "monitor_silence_threshold"].map((name) =>
      droppedRule(name, "`drover logs -f` shows what is written"),
    ),
    droppedRule("x-*", "a field of somebody's own"),
  ];
}

function restartFields(): readonly FieldRule[] {
  return inside("availability", [
    rule("restart", "scalar", "restart.mode", { note: "no, on_failure, always", missing: "no", apply: setRestart }),
    rule("backoff_seconds", "seconds", "restart.backoff", { missing: 1, apply: setDelay }),
    rule("max_restarts", "count", "restart.maxRestarts", {
      note: "0 is any number",
      missing: 0,
      apply: setMaxRestarts,
    }),
    droppedFlag("exit_on_end", "the other processes run on"),
    droppedFlag("exit_on_skipped", "the other processes run on"),
  ]);
}

function setLine(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  const line = lineOf(found);
  const split = needsShell(line) ? undefined : splitShellWords(line);
  const words = split === undefined ? ["bash", "-c", line] : "words" in split ? split.words : [];
  if (split !== undefined && "message" in split)
    draft.complain(path, { message: split.message, expected: "a command line" });
  const [command = "", ...args] = words;
  if (command !== "") draft.set("command", command, path);
  draft.set("args", args, path);
  return noteOnLine(wordOf(value));
}

function setEntrypoint({ draft, value, path }: Found): undefined {
  const [command = "", ...args] = value as readonly string[];
  draft.set("command", command, path);
  draft.set("args", args, path);
}

function setEnvironment({ draft, scope, value, path }: Found): undefined {
  const shared = isObject(scope.document) ? scope.document["environment"] : undefined;
  const env = new Map<string, string>();
  for (const source of [shared ?? [], value]) {
    const variables = variablesOf(source);
    if (typeof variables === "string")
      draft.complain(path, { message: variables, expected: "NAME=value lines, or a map" });
    else {
      for (const [name, text] of Object.entries(variables)) {
        const read = isExpanding({ scope }) ? readEnvValue(text) : { value: literal(text) };
        if ("message" in read) draft.complain(path, { ...read, message: `${name} ${read.message}` });
        else env.set(name, read.value);
      }
    }
  }
  if (env.size > 0) draft.set("env", Object.fromEntries(env), path);
}

function setDotenv({ draft, scope, value, path, isGiven }: Found): Verdict | undefined {
  const file = resolve(scope.directory, ".env");
  if (value === true || !scope.exists(file)) return isGiven ? noEffect("there is none, or none is read") : undefined;
  draft.set("envFiles", [file, ...((draft.get("envFiles") as readonly string[] | undefined) ?? [])], path);
  return undefined;
}

function setExitCodes({ draft, value, path }: Found): undefined {
  draft.set("restart.successExitCodes", Array.isArray(value) ? [...new Set([0, ...value])] : value, path);
}

function setEnvFiles({ draft, value, path }: Found): undefined {
  draft.set("envFiles", typeof value === "string" ? [value] : value, path);
}

const conditions: Conditions = {
  words: {
    process_started: "STARTED",
    process_healthy: "READY",
    process_log_ready: "READY",
    process_completed: "EXITED",
    process_completed_successfully: "SUCCEEDED",
  },
  missing: "process_started",
};

function setDependencies(found: Found): undefined {
  const { draft, value, path } = found;
  if (isObject(value)) setDependsOn(found, Object.entries(value), conditions);
  else draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a map of processes and conditions" });
}

function setGroup({ draft, value, path }: Found): Verdict | undefined {
  const groups = (Array.isArray(value) ? value : [value]).map(scalarText);
  if (groups.includes(undefined) || groups.length === 0) {
    draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a text, or a list of texts" });
  } else draft.set("group", groups[0], path);
  return groups.length > 1 ? { outcome: "approximated", note: "the first: a process is in one group" } : undefined;
}

function setReplicas({ draft, value, path }: Found): undefined {
  draft.set("instances", value === 0 ? 1 : value, path);
}

function setDisabled({ draft, value, path }: Found): undefined {
  draft.set("enabled", value !== true, path);
}

/** A word, as one that is false can be laid over another file, which a flag cannot. */
function setIsDisabled({ draft, value, path }: Found): undefined {
  const word = wordOf(value);
  if (word === "true" || word === "false") draft.set("enabled", word === "false", path);
  else draft.complain(path, { message: `is ${JSON.stringify(word)}`, expected: '"true" or "false"' });
}

function setLog({ draft, value, path }: Found): undefined {
  for (const stream of ["stdout", "stderr"]) draft.set(`logs.${stream}`, value, path);
}

function setReadyLine({ draft, value, path }: Found): undefined {
  draft.set("readiness.output.pattern", wordOf(value).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), path);
}

const modes: Readonly<Record<string, string>> = {
  no: "NEVER",
  false: "NEVER",
  on_failure: "ON_FAILURE",
  always: "ALWAYS",
};

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  const word = wordOf(value);
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

function setStopCommand(found: Found): Verdict | undefined {
  found.draft.set("stop.command", ["bash", "-c", lineOf(found)], found.path);
  return noteOnLine(wordOf(found.value));
}

function setSignal({ draft, value, path }: Found): undefined {
  draft.set("stop.signal", wordOf(value), path);
}

function setParentOnly({ value }: Found): Verdict {
  return value === true ? dropped("the whole tree is always stopped") : noEffect("the whole tree is stopped");
}
