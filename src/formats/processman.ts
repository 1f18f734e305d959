import { isObject } from "../template/validate.js";
import { parseDuration } from "../units/duration.js";
import { asName, dropped, noEffect } from "./apply.js";
import type { Entries, FieldRule, Format, Found, Verdict } from "./format.js";
import { wordOf } from "./kind.js";
import { readData } from "./read-data.js";
import { rule } from "./rule.js";
import { mapValues } from "./variables.js";

const entryKeys = ["script", "command", "maxRetries", "backoff", "devMode", "watchPaths", "interpreter", "cwd"];

/** `pb_processes.json` of processman, the process manager plugin of PocketBase. */
export const processman: Format = {
  name: "processman",
  title: "processman",
  files: "pb_processes.json",
  relativeTo: "file",
  read: readData,
  detect: (value) => (Array.isArray(value) ? value.some(isEntry) : isEntry(value)),
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all processes start with PocketBase" },
    { to: "restart.mode", value: "ALWAYS", why: "every end is followed by a restart, exit code 0 as well" },
    { to: "restart.backoff.multiplier", value: 2, why: "delays double" },
    { to: "restart.backoff.max", value: "30s", why: "the longest delay" },
    { to: "restart.resetAfter", value: "10s", why: "a process that was up so long starts from the first delay again" },
    { to: "missingEnv", value: "EMPTY", why: "a variable that does not exist is an empty text" },
    { to: "logs.echo", value: true, why: "lines also go to the host's log: stdout as info, stderr as error" },
  ],
  rules: rules(),
  documentRules: [],
};

function isEntry(value: unknown): boolean {
  return isObject(value) && "id" in value && entryKeys.some((key) => key in value);
}

/** A list, or one process alone, as the documentation shows some. */
function listEntries(value: unknown): Entries {
  if (Array.isArray(value)) return { entries: value.map((item: unknown, index) => ({ path: [index], value: item })) };
  return { entries: [{ path: [], value }] };
}

function rules(): readonly FieldRule[] {
  return [
    rule("id", "text", "name", { apply: asName }),
    rule("script", "text", "script", { note: "wins over command" }),
    rule("command", "text", "command", { apply: setCommand }),
    rule("args", "texts", "args"),
    rule("cwd", "text", "cwd", {
      note: "relative to the directory of the file, which is PocketBase's data directory",
      missing: ".",
    }),
    rule("env", "variables", "env", {
      note: "`$VAR` means the same as with braces; expanded at each start",
      apply: setEnv,
    }),
    rule("interpreter", "text", "interpreter", { missing: "auto", apply: setInterpreter }),
    rule("maxRetries", "count", "restart.maxRestarts", { note: "-1 is any number", missing: 10, apply: setMaxRetries }),
    rule("backoff", "text", "restart.backoff.initial", {
      note: "over 30s it is 30s",
      missing: "1s",
      apply: setBackoff,
    }),
    rule("devMode", "flag", "watch", {
      note: "true watches watchPaths, with a debounce of 500ms; `drover up --dev` is `serve --dev`",
      missing: false,
      apply: setDevMode,
    }),
    rule("watchPaths", "texts", "watch.paths", { apply: setWatchPaths }),
  ];
}

function setCommand({ draft, entry, value, path }: Found): Verdict | undefined {
  if (isGivenText(entry["script"])) return dropped("script is given, and wins");
  draft.set("command", value, path);
  return undefined;
}

function setInterpreter({ draft, entry, value, path, isGiven }: Found): Verdict | undefined {
  if (!isGivenText(entry["script"])) {
    return isGiven && value !== "auto" ? dropped("it has no effect on a command") : noEffect("it is for scripts");
  }
  if (value !== "") draft.set("interpreter", value, path);
  return undefined;
}

const isGivenText = (value: unknown): boolean => typeof value === "string" && value !== "";

function setMaxRetries({ draft, value, path }: Found): undefined {
  if (typeof value === "number" && value >= 0) draft.set("restart.maxRestarts", value, path);
}

const longestDelay = "30s";

function setBackoff({ draft, value, path }: Found): Verdict | undefined {
  const milliseconds = parseDuration(wordOf(value));
  const isCut = milliseconds !== undefined && milliseconds > 30_000;
  draft.set("restart.backoff.initial", isCut ? longestDelay : value, path);
  return isCut ? { note: `${wordOf(value)} is cut to ${longestDelay}, as processman does` } : undefined;
}

function setDevMode({ draft, entry, value, path }: Found): Verdict | undefined {
  if (value !== true) return noEffect("nothing is watched");
  draft.set("watch.debounce", "500ms", path);
  const hasPaths = Array.isArray(entry["watchPaths"]) && entry["watchPaths"].length > 0;
  return hasPaths
    ? undefined
    : { outcome: "approximated", note: "without watchPaths the working directory is watched" };
}

function setWatchPaths({ draft, entry, value, path }: Found): Verdict | undefined {
  if (entry["devMode"] !== true) return dropped("nothing is watched without devMode; `drover up --dev` watches cwd");
  draft.set("watch.paths", value, path);
  return undefined;
}

/** Go's os.Expand: `$VAR` is `${VAR}`, and there is no way to write a dollar before a name. */
function setEnv({ draft, value, path }: Found): undefined {
  const withBraces = (text: string): string =>
    text.replace(/\$(\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*|\$)?/g, (whole, name?: string) => {
      if (name === undefined || name.startsWith("{")) return whole;
      return name === "$" ? "$$$$" : `\${${name}}`;
    });
  draft.set("env", mapValues(value as Record<string, string>, withBraces), path);
}
