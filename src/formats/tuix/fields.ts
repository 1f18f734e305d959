import { basename } from "node:path";
import { isObject } from "../../template/validate.js";
import { asLiteralEnv, asName, asPathFrom, dropped, hostCwd, noEffect } from "../apply.js";
import { setCommandLine } from "../command-line.js";
import type { Apply, EntryContext, FieldRule, Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";
import { inside, rule } from "../rule.js";
import { findUntold } from "../untold.js";

/** The fields of a ProcessConfig. */
export function tuixFields(): readonly FieldRule[] {
  return [
    rule("name", "text", "name", { apply: asName }),
    rule("interpreter", "text", "interpreter", {
      note: "the command is a script then; `shell` is sh, `python` is python3",
      apply: setInterpreter,
    }),
    rule("command", "text", "command, args", {
      note: "without args a line like `bun run server.ts` is split into words; one with | or $ is run by sh",
      apply: setCommand,
    }),
    rule("args", "texts", "args", { apply: setArgs }),
    rule("cwd", "text", "cwd", { note: "relative to where drover is started" }),
    rule("env", "variables", "env", { note: "taken as it is", apply: asLiteralEnv }),
    rule("autostart", "flag", "runOnStartup", { missing: true }),
    rule("autorestart", "flag", "restart.mode", {
      note: "true is on-failure; left out, autoRestart of the manager, else false",
      apply: setRestart,
    }),
    rule("restartDelay", "milliseconds", "restart.backoff.initial", { missing: 1000, apply: setDelay }),
    rule("maxRestarts", "count", "restart.maxRestarts", {
      note: "left out, that of the manager, else 5; 0 is none",
      missing: 5,
      apply: setMaxRestarts,
    }),
    rule("watch", "flag", "watch", { missing: false, apply: setWatch }),
    rule("watchPaths", "texts", "watch.paths", { apply: watchSetter("watch.paths") }),
    rule("ignoreWatch", "texts", "watch.ignore", { apply: watchSetter("watch.ignore") }),
    rule("watchDebounce", "milliseconds", "watch.debounce", { missing: 1000, apply: watchSetter("watch.debounce") }),
    rule("logFile", "text", "logs.stdout", { apply: asPathFrom("logs.stdout", hostCwd) }),
    rule("errorFile", "text", "logs.stderr", { apply: asPathFrom("logs.stderr", hostCwd) }),
    rule("maxMemory", "megabytes", "limits.maxMemory", { note: "of the whole tree; restarts" }),
    rule("maxCpu", "number", "limits.maxCpu", { note: "percent of one CPU; restarts" }),
    rule("group", "text", "group"),
    ...healthRules(),
  ];
}

function healthRules(): readonly FieldRule[] {
  return inside("healthCheck", [
    rule("type", "text", "liveness", { note: "output, http, tcp or script", apply: setType }),
    rule("outputPattern", "any", "liveness.output.pattern", { note: "a text or a RegExp", apply: setPattern }),
    rule("url", "text", "liveness.http.url", { apply: forType("http", "http.url") }),
    rule("method", "text", "liveness.http.method", { apply: forType("http", "http.method") }),
    rule("expectedStatus", "any", "liveness.http.expectedStatus", { apply: forType("http", "http.expectedStatus") }),
    rule("host", "text", "liveness.tcp.host", { apply: forType("tcp", "tcp.host") }),
    rule("port", "count", "liveness.tcp.port", { apply: forType("tcp", "tcp.port") }),
    rule("script", "text", "liveness.exec", { note: "JavaScript, run by bun, deno, else node", apply: setScript }),
    rule("interval", "milliseconds", "liveness.interval", { missing: 30_000, apply: checkSetter("interval") }),
    rule("timeout", "milliseconds", "liveness.timeout", { missing: 5000, apply: checkSetter("timeout") }),
    rule("retries", "count", "liveness.failureThreshold", { missing: 3, apply: checkSetter("failureThreshold") }),
    rule("startPeriod", "milliseconds", "liveness.startPeriod", { apply: checkSetter("startPeriod") }),
    rule("startupDelay", "milliseconds", "liveness.startPeriod", { apply: checkSetter("startPeriod") }),
  ]);
}

const interpreters: Readonly<Record<string, string>> = { shell: "sh", python: "python3" };

function setInterpreter({ draft, value, path }: Found): undefined {
  const given = wordOf(value);
  draft.set("interpreter", Object.hasOwn(interpreters, given) ? interpreters[given] : given, path);
}

function setCommand(found: Found): Verdict | undefined {
  const { draft, entry, value, path } = found;
  if (draft.has("interpreter")) {
    draft.set("script", value, path);
    return { to: "script" };
  }
  if (Array.isArray(entry["args"]) && entry["args"].length > 0) {
    draft.set("command", value, path);
    return undefined;
  }
  return setCommandLine(found);
}

/** An empty list must not take away the words of the command line. */
function setArgs({ draft, value, path }: Found): undefined {
  if (!draft.has("args")) draft.set("args", value, path);
}

/** The manager's own setting, for processes that say nothing. */
function managerSetting({ scope }: Found, name: "autoRestart" | "maxRestarts"): unknown {
  const block = blockOf(scope.document);
  const setting = isObject(block) && !("command" in block) ? block[name] : undefined;
  return findUntold(setting, []).length > 0 ? undefined : setting;
}

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  if (value !== true) return noEffect("never restarted");
  draft.set("restart.mode", "ON_FAILURE", path);
  return undefined;
}

function setDelay({ draft, value, path }: Found): undefined {
  draft.set("restart.backoff.initial", value, path);
  if (Number.parseFloat(wordOf(value)) > 30_000) draft.set("restart.backoff.max", value, path);
}

function setMaxRestarts(found: Found): Verdict | undefined {
  const { draft, entry, path, isGiven, value } = found;
  const limit = isGiven ? value : (managerSetting(found, "maxRestarts") ?? value);
  draft.set("restart.maxRestarts", limit, path);
  const isLeftOut = entry["autorestart"] === undefined;
  if (isLeftOut && managerSetting(found, "autoRestart") === true) draft.set("restart.mode", "ON_FAILURE", path);
  return undefined;
}

function setWatch({ draft, entry, value, path }: Found): Verdict | undefined {
  if (value !== true) return noEffect("nothing is watched");
  draft.set("watch.debounce", "1000ms", path);
  const isBare = !Array.isArray(entry["watchPaths"]);
  return isBare ? { outcome: "approximated", note: "without watchPaths the working directory is watched" } : undefined;
}

function watchSetter(to: string): Apply {
  return ({ draft, entry, value, path }) => {
    if (entry["watch"] !== true) return dropped("nothing is watched without watch: true");
    draft.set(to, value, path);
    return undefined;
  };
}

function typeOf({ entry }: Pick<Found, "entry">): unknown {
  return isObject(entry["healthCheck"]) ? entry["healthCheck"]["type"] : undefined;
}

const types = ["output", "http", "tcp", "script"];

function setType({ draft, value, path }: Found): undefined {
  if (types.includes(wordOf(value))) return;
  draft.complain(path, { message: `unknown type ${JSON.stringify(value)}`, expected: `one of ${types.join(", ")}` });
}

function forOtherType(found: Found): Verdict {
  const type = wordOf(typeOf(found));
  return dropped(type === "" ? "the check has no type" : `it has no effect on a check of the type ${type}`);
}

function forType(type: string, field: string): Apply {
  return (found) => {
    if (typeOf(found) !== type) return forOtherType(found);
    found.draft.set(`liveness.${field}`, found.value, found.path);
    return undefined;
  };
}

function setPattern(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  if (typeOf(found) !== "output") return forOtherType(found);
  if (value instanceof RegExp) {
    const flags = value.flags.replace(/[dgy]/g, "");
    draft.set("liveness.output.pattern", value.source, path);
    if (flags !== "") draft.set("liveness.output.flags", flags, path);
  } else draft.set("liveness.output.pattern", value, path);
  return undefined;
}

/** Arguments that make each runtime run a text as a module, so that it may await. */
const runners: Readonly<Record<string, readonly string[]>> = {
  bun: ["-e"],
  deno: ["eval"],
  node: ["--input-type=module", "-e"],
};

function setScript(found: Found): Verdict | undefined {
  const { draft, entry, value, path } = found;
  if (typeOf(found) !== "script") return forOtherType(found);
  const word = wordOf(entry["interpreter"] ?? entry["command"]).split(" ")[0] ?? "";
  const name = Object.hasOwn(runners, basename(word)) ? basename(word) : "node";
  draft.set("liveness.exec.command", name === basename(word) ? word : name, path);
  draft.set("liveness.exec.args", [...(runners[name] ?? []), wordOf(value)], path);
  return undefined;
}

function checkSetter(field: string): Apply {
  return ({ draft, entry, value, path }) => {
    if (isObject(entry["healthCheck"])) draft.set(`liveness.${field}`, value, path);
    return undefined;
  };
}

/** A check without its type asks nothing. */
export function completeHealth({ draft, entry, entryPath }: EntryContext): void {
  if (!isObject(entry["healthCheck"]) || entry["healthCheck"]["type"] !== undefined) return;
  const at = [...entryPath, "healthCheck"];
  draft.complain(at, { message: "has no type", expected: `one of ${types.join(", ")}` });
}

/** The part with the processes: the whole value, or its member `processManager`. */
export function blockOf(value: unknown): unknown {
  return isObject(value) && isObject(value["processManager"]) ? value["processManager"] : value;
}
