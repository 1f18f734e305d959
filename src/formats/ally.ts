import { dirname, join } from "node:path";
import { isObject } from "../template/validate.js";
import { asLiteralEnv, asName, dropped, noEffect } from "./apply.js";
import type { Entries, FieldRule, Format, Found, Scope, Verdict } from "./format.js";
import { wordOf } from "./kind.js";
import type { KnownNames } from "./program/evaluator.js";
import { readData } from "./read-data.js";
import { droppedRule, rule } from "./rule.js";
import { templateName } from "./template-name.js";

/** `BackgroundProcessConfig` objects of Ally, and the block `daemon` or `background` of a plugin's manifest. */
export const ally: Format = {
  name: "ally",
  title: "Ally",
  files: "plugin.json, TypeScript and JavaScript with BackgroundProcessConfig objects",
  relativeTo: "file",
  read: readData,
  detect: (value) => isObject(value) && (isConfig(value) || isObject(value["daemon"]) || isObject(value["background"])),
  entries: listEntries,
  constants: [
    { to: "runOnStartup", value: true, why: "a plugin's daemon is started when the plugin is loaded" },
    { to: "restart.mode", value: "ALWAYS", why: "every unexpected end is followed by a restart" },
    { to: "restart.maxRestarts", value: 3, why: "BACKGROUND_PROCESS_MAX_RESTART_ATTEMPTS" },
    { to: "restart.backoff.initial", value: "5s", why: "BACKGROUND_PROCESS_RESTART_DELAY" },
    { to: "restart.backoff.multiplier", value: 2, why: "the delay grows" },
    { to: "readiness.interval", value: "500ms", why: "a start waits for the socket; how often it is tried" },
  ],
  rules: [...configRules(), ...manifestRules()],
  documentRules: [],
  program: {
    starts: ["startProcess"],
    makers: ["BackgroundProcessManager"],
    wrappers: [],
    marks: [["pluginName", "command"]],
    exportMarks: [],
    known: knownNames,
  },
  finish: complete,
};

const isConfig = (value: Record<string, unknown>): boolean => "pluginName" in value && "socketPath" in value;

function listEntries(value: unknown): Entries {
  if (Array.isArray(value)) return { entries: value.map((item: unknown, index) => ({ path: [index], value: item })) };
  return { entries: [{ path: [], value }] };
}

function configRules(): readonly FieldRule[] {
  return [
    rule("pluginName", "text", "name", { apply: asName }),
    rule("pluginPath", "text", "cwd"),
    rule("command", "text", "command", { apply: setOwnCommand }),
    rule("args", "texts", "args"),
    rule("socketPath", "text", "readiness.unix.path, liveness.unix.path, pidFile", {
      note: "the process gets it in SOCKET_PATH; daemon.pid is written beside it",
      apply: setSocket,
    }),
    rule("startupTimeout", "milliseconds", "startTimeout", { missing: 30_000 }),
    rule("shutdownGracePeriod", "milliseconds", "stop.gracePeriod", { missing: 5000 }),
    rule("envVars", "variables", "env", { note: "taken as it is", apply: asLiteralEnv }),
    ...healthRules("healthcheck"),
  ];
}

function healthRules(field: string): readonly FieldRule[] {
  const note = "without healthcheck a running process is not asked";
  return [
    rule(`${field}.interval`, "milliseconds", "liveness.interval", { note }),
    rule(`${field}.timeout`, "milliseconds", "liveness.timeout"),
    rule(`${field}.retries`, "count", "liveness.failureThreshold"),
  ];
}

function manifestRules(): readonly FieldRule[] {
  const label = (field: string): FieldRule => {
    return { field, kind: "text", to: `labels.${field}`, outcome: "mapped", note: "for people" };
  };
  return [
    rule("name", "text", "name, cwd", { note: "cwd is the plugin's directory", apply: asName }),
    rule("description", "text", "description"),
    label("version"),
    label("runtime"),
    ...["daemon", "background"].flatMap(blockRules),
  ];
}

function blockRules(block: string): readonly FieldRule[] {
  return [
    rule(`${block}.enabled`, "flag", "enabled"),
    rule(`${block}.command`, "text", "command", {
      note: "python3 is bin/python3 of the plugin's environment, when there is one",
      apply: setCommand,
    }),
    rule(`${block}.args`, "texts", "args"),
    rule(`${block}.env`, "variables", "env", { apply: asLiteralEnv }),
    rule(`${block}.communication.type`, "text", "readiness.unix", { apply: setType }),
    rule(`${block}.communication.path`, "text", "readiness.unix.path, liveness.unix.path", {
      note: "left out, daemon.sock in ~/.ally/plugin-envs/NAME",
      apply: setSocket,
    }),
    droppedRule(`${block}.events`, "drover sends no events to processes"),
    ...healthRules(`${block}.healthcheck`),
    rule(`${block}.startup_timeout`, "milliseconds", "startTimeout"),
    rule(`${block}.shutdown_grace_period`, "milliseconds", "stop.gracePeriod"),
  ];
}

/** What programs of Ally take from its own files, and the path that its environment manager gives. */
function knownNames({ home }: Scope): KnownNames {
  const python = (plugin: string): string => join(environmentOf(plugin, home), "bin/python3");
  const areTexts = (values: readonly unknown[]): values is readonly string[] =>
    values.every((value) => typeof value === "string");
  return {
    values: {
      PLUGIN_TIMEOUTS: timeouts,
      PLUGIN_ENVS_DIR: join(home, ".ally/plugin-envs"),
      pythonPath: python(anyPlugin),
    },
    calls: [
      { name: /^(?:path\.)?join$/, call: (values) => (areTexts(values) ? join(...values) : undefined) },
      {
        name: /(?:^|\.)getPythonPath$/,
        call: ([plugin]) => (typeof plugin === "string" ? python(plugin) : undefined),
      },
    ],
  };
}

const timeouts = {
  BACKGROUND_PROCESS_STARTUP: 30_000,
  BACKGROUND_PROCESS_SHUTDOWN_GRACE_PERIOD: 5000,
  BACKGROUND_PROCESS_HEALTH_CHECK_INTERVAL: 30_000,
  BACKGROUND_PROCESS_HEALTH_CHECK_TIMEOUT: 5000,
  BACKGROUND_PROCESS_MAX_HEALTH_CHECK_FAILURES: 3,
  BACKGROUND_PROCESS_MAX_RESTART_ATTEMPTS: 3,
  BACKGROUND_PROCESS_RESTART_DELAY: 5000,
};

/** What Ally's own pages write for the name of a plugin in a path. */
const anyPlugin = "{plugin_name}";

function setOwnCommand({ draft, entry, value, path }: Found): Verdict | undefined {
  const command = wordOf(value).replaceAll(anyPlugin, wordOf(entry["pluginName"]));
  draft.set("command", command, path);
  return command === value ? undefined : { outcome: "approximated", note: `taken for ${command}` };
}

/** Where Ally keeps the environment, the socket and the PID file of a plugin. */
function environmentOf(name: string, home: string): string {
  return join(home, ".ally/plugin-envs", name);
}

function setCommand({ draft, entry, scope, value, path }: Found): Verdict | undefined {
  const python = join(environmentOf(templateName(wordOf(entry["name"])).name, scope.home), "bin/python3");
  const isPython = value === "python3";
  draft.set("command", isPython && scope.exists(python) ? python : value, path);
  if (!isPython) return undefined;
  const note = scope.exists(python) ? `${python} of the plugin's environment` : `there is no ${python}: that on PATH`;
  return scope.exists(python) ? { note } : { outcome: "approximated", note };
}

function setType({ value }: Found): Verdict {
  return value === "socket" ? noEffect("a Unix socket") : dropped("drover connects to Unix sockets only");
}

function setSocket({ draft, value, path }: Found): undefined {
  draft.set("readiness.unix.path", value, path);
}

const defaultCheck = { interval: "30s", timeout: "5s", failureThreshold: 3 };

/** What a manifest leaves to Ally, and what belongs to the socket. */
function complete({ draft, entry, entryPath, scope }: Parameters<NonNullable<Format["finish"]>>[0]): void {
  const block = [entry["daemon"], entry["background"]].find(isObject);
  const directory = environmentOf(wordOf(draft.get("name")), scope.home);
  if (block !== undefined && !draft.has("readiness.unix.path")) {
    draft.set("readiness.unix.path", join(directory, "daemon.sock"), entryPath);
  }
  const socket = draft.get("readiness.unix.path");
  if (typeof socket !== "string") {
    draft.drop("readiness");
    draft.drop("liveness");
    draft.complain(entryPath, { message: "has no socketPath", expected: "the path of a Unix socket" });
    return;
  }
  draft.set("pidFile", join(block === undefined ? dirname(socket) : directory, "daemon.pid"), entryPath);
  const check = (block ?? entry)["healthcheck"];
  if (!isObject(check)) return;
  for (const [field, value] of Object.entries(defaultCheck)) {
    if (!draft.has(`liveness.${field}`)) draft.set(`liveness.${field}`, value, entryPath);
  }
  draft.set("liveness.unix.path", socket, entryPath);
}
