import { availableParallelism } from "node:os";
import { isObject } from "../template/validate.js";
import { asLiteralEnv, asName, dropped, noEffect } from "./apply.js";
import type { Apply, Entries, FieldRule, Format, Found, Verdict } from "./format.js";
import { scalarText } from "./kind.js";
import { completeProgram, wordsOf } from "./pm2-program.js";
import { readData } from "./read-data.js";
import { droppedRule, rule } from "./rule.js";

/** Ecosystem files of PM2 that are data: JSON, JSON5, YAML. */
export const pm2: Format = {
  name: "pm2",
  title: "PM2",
  files: "ecosystem.json, .json5, .yaml",
  relativeTo: "file",
  read: readData,
  detect,
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "all apps are started" },
    { to: "restart.mode", value: "ALWAYS", why: "an app that ends is restarted, whatever its exit code" },
    { to: "restart.backoff.multiplier", value: 1, why: "the delay is always the same, unless it is exponential" },
    { to: "stop.signal", value: "SIGINT", why: "the signal PM2 stops with" },
  ],
  rules: fields(),
  documentRules: [{ field: "deploy", outcome: "dropped", note: "drover deploys nothing" }],
  finish: completeProgram,
};

const ownKeys = ["exec_mode", "instances", "max_memory_restart", "env_production", "ignore_watch", "exec_interpreter"];

function detect(value: unknown): boolean {
  if (isObject(value) && "apps" in value) return true;
  const apps = Array.isArray(value) ? value : [value];
  return apps.some((app) => isObject(app) && "script" in app && !("id" in app) && (hasOwn(app) || "name" in app));
}

const hasOwn = (app: Record<string, unknown>): boolean => ownKeys.some((key) => key in app);

function listEntries(value: unknown): Entries {
  const isWhole = isObject(value) && "apps" in value;
  const apps: unknown = isWhole ? value["apps"] : value;
  const inside = isWhole ? ["apps"] : [];
  const others = isWhole ? Object.keys(value).filter((key) => key !== "apps") : [];
  const list = Array.isArray(apps)
    ? apps.map((app: unknown, index) => ({ path: [...inside, index], value: app }))
    : [{ path: inside, value: apps }];
  return { entries: list, others: others.map((key) => [key]) };
}

function fields(): readonly FieldRule[] {
  return [
    rule("name", "text", "name", { apply: asName }),
    rule("script", "text", "script, command", { note: "a file, or a program on PATH such as npm", apply: later }),
    rule("args", "any", "args", { note: "a text is split into words", apply: wordsSetter("args") }),
    rule("cwd", "text", "cwd"),
    rule("interpreter", "text", "interpreter, command", { note: "`none` runs the script itself", apply: later }),
    rule("exec_interpreter", "text", "interpreter, command", { note: "the same", apply: later }),
    rule("interpreter_args", "any", "args", { note: "before the script", apply: checkWords }),
    rule("node_args", "any", "args", { note: "before the script", apply: checkWords }),
    rule("instances", "any", "instances", { note: "`max` is the number of CPUs here and now", apply: setInstances }),
    rule("increment_var", "text", "", { note: "DROVER_INSTANCE has the number", apply: setNumberName }),
    rule("exec_mode", "text", "instances", { note: "cluster: processes of their own, no shared port", apply: setMode }),
    rule("env", "variables", "env", { note: "taken as it is", apply: asLiteralEnv }),
    rule("env_file", "text", "envFiles", { apply: setEnvFile }),
    ...["production", "development", "staging", "test"].map((name) =>
      droppedRule(`env_${name}`, "chosen by `pm2 --env`: put into env what should be so"),
    ),
    ...restartFields(),
    ...otherFields(),
  ];
}

function restartFields(): readonly FieldRule[] {
  return [
    rule("autostart", "flag", "runOnStartup"),
    rule("autorestart", "flag", "restart.mode", { missing: true, apply: setRestart }),
    rule("max_restarts", "count", "restart.maxRestarts", { missing: 16 }),
    rule("min_uptime", "any", "restart.resetAfter", {
      note: "milliseconds, or `10s`",
      missing: 1000,
      apply: timeSetter("restart.resetAfter"),
    }),
    rule("restart_delay", "milliseconds", "restart.backoff", { missing: 0, apply: setDelay }),
    rule("exp_backoff_restart_delay", "milliseconds", "restart.backoff", {
      note: "grows by half, up to 15s",
      apply: setGrowing,
    }),
    rule("stop_exit_codes", "any", "restart.successExitCodes", {
      note: "the mode is on-failure then",
      apply: setExitCodes,
    }),
    rule("kill_timeout", "any", "stop.gracePeriod", { missing: 1600, apply: timeSetter("stop.gracePeriod") }),
    rule("treekill", "flag", "", {
      apply: ({ value }) => (value === true ? noEffect("always") : dropped("the whole tree is always stopped")),
    }),
    droppedRule("wait_ready", "drover has no IPC: write a readiness check"),
    droppedRule("listen_timeout", "drover has no IPC: write a readiness check"),
    droppedRule("shutdown_with_message", "drover has no IPC: the process is sent a signal"),
    droppedRule("cron_restart", "a schedule of drover starts jobs; it restarts no service"),
  ];
}

function otherFields(): readonly FieldRule[] {
  const path = { note: "relative to cwd" };
  return [
    rule("watch", "any", "watch", { note: "true, or paths", apply: setWatch }),
    rule("ignore_watch", "any", "watch.ignore", { apply: setIgnored }),
    rule("watch_delay", "milliseconds", "watch.debounce", { apply: ifWatched("watch.debounce") }),
    rule("max_memory_restart", "any", "limits.maxMemory", { note: "of the whole tree", apply: setMemory }),
    rule("out_file", "text", "logs.stdout", path),
    rule("output", "text", "logs.stdout", path),
    rule("error_file", "text", "logs.stderr", path),
    rule("error", "text", "logs.stderr", path),
    droppedRule("log_file", "both streams have files of their own: name one for both in out_file and error_file"),
    rule("merge_logs", "flag", "", { apply: () => noEffect("files that are named are shared by all instances") }),
    rule("combine_logs", "flag", "", { apply: () => noEffect("files that are named are shared by all instances") }),
    droppedRule("log_date_format", "nothing is written between the lines: `drover logs --timestamps` shows times"),
    droppedRule("time", "nothing is written between the lines: `drover logs --timestamps` shows times"),
    rule("pid_file", "text", "pidFile", path),
    rule("namespace", "text", "group"),
    rule("uid", "any", "runAs.user", { apply: idSetter("runAs.user") }),
    rule("gid", "any", "runAs.group", { apply: idSetter("runAs.group") }),
    rule("vizion", "flag", "", { apply: () => noEffect("drover asks no version control") }),
    rule("source_map_support", "flag", "", {
      outcome: "dropped",
      note: "use --enable-source-maps in interpreter_args",
    }),
  ];
}

/** What runs is put together when all parts are known. */
function later(): undefined {}

function wordsSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    const words = wordsOf(value);
    if ("message" in words) draft.complain(path, { message: words.message, expected: "words" });
    else draft.set(to, words, path);
    return undefined;
  };
}

function checkWords({ draft, value, path }: Found): undefined {
  const words = wordsOf(value);
  if ("message" in words) draft.complain(path, { message: words.message, expected: "words" });
}

function setInstances({ draft, value, path }: Found): Verdict | undefined {
  const count = value === "max" ? 0 : Number(value);
  if (!Number.isInteger(count)) {
    draft.complain(path, {
      message: `${JSON.stringify(value)} is no number of processes`,
      expected: "a number or max",
    });
    return undefined;
  }
  const processes = count > 0 ? count : Math.max(1, availableParallelism() + count);
  draft.set("instances", processes, path);
  return count > 0 ? undefined : { outcome: "approximated", note: `${processes}, by the CPUs of this machine` };
}

function setMode({ value }: Found): Verdict {
  if (value === "fork" || value === "fork_mode") return noEffect("processes of their own");
  return { outcome: "approximated", note: "processes of their own: they cannot share a port as a cluster does" };
}

function setNumberName({ value }: Found): Verdict {
  const note = "DROVER_INSTANCE has the number, from 1";
  return value === "DROVER_INSTANCE" ? noEffect(note) : dropped(note);
}

function setEnvFile({ draft, value, path }: Found): undefined {
  draft.set("envFiles", [value], path);
}

function setRestart({ draft, value, path }: Found): undefined {
  if (value === false) draft.set("restart.mode", "NEVER", path);
}

function setDelay({ draft, value, path }: Found): undefined {
  for (const end of ["initial", "max"]) draft.set(`restart.backoff.${end}`, value, path);
}

function setGrowing({ draft, value, path }: Found): undefined {
  draft.set("restart.backoff.initial", value, path);
  draft.set("restart.backoff.max", Number.parseFloat(String(value)) > 15_000 ? value : "15s", path);
  draft.set("restart.backoff.multiplier", 1.5, path);
}

function setExitCodes({ draft, value, path }: Found): Verdict | undefined {
  if (draft.get("restart.mode") === "NEVER") return noEffect("it is never restarted");
  draft.set("restart.mode", "ON_FAILURE", path);
  draft.set("restart.successExitCodes", Array.isArray(value) ? value : [value], path);
  return undefined;
}

/** PM2 takes milliseconds, and texts such as `10s` and `1h`. */
function timeSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, /^\d+$/.test(String(value)) ? `${value}ms` : value, path);
    return undefined;
  };
}

function setWatch({ draft, value, path }: Found): Verdict | undefined {
  if (value === false) return noEffect("nothing is watched");
  draft.set("watch", value === true ? {} : { paths: typeof value === "string" ? [value] : value }, path);
  return undefined;
}

function setIgnored(found: Found): Verdict | undefined {
  return ifWatched("watch.ignore")({ ...found, value: typeof found.value === "string" ? [found.value] : found.value });
}

function ifWatched(to: string): Apply {
  return ({ draft, value, path }) => {
    if (!draft.has("watch")) return noEffect("nothing is watched");
    draft.set(to, value, path);
    return undefined;
  };
}

/** `300M` is 300 times 1024²; a number is bytes. */
function setMemory({ draft, value, path }: Found): undefined {
  const [, amount, unit] = /^(\d+)([KMG])B?$/i.exec(String(value)) ?? [];
  draft.set("limits.maxMemory", amount === undefined ? value : `${amount}${unit?.toUpperCase()}iB`, path);
}

function idSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, scalarText(value) ?? value, path);
    return undefined;
  };
}
