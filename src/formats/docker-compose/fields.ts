import { resolve } from "node:path";
import { describeValue } from "../../template/complaint.js";
import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import { type Conditions, setDependsOn } from "../dependencies.js";
import type { FieldRule, Found, Verdict } from "../format.js";
import { wordOf } from "../kind.js";
import { droppedRule, inside, rule } from "../rule.js";
import { variablesOf } from "../variables.js";
import { wordsOf } from "../words-of.js";
import { setEnvironment } from "./environment.js";
import { healthFields } from "./health.js";
import { composeLimits } from "./limits.js";

/** The fields of a service. */
export function composeFields(): readonly FieldRule[] {
  return [
    rule("entrypoint", "any", "command, args", { note: "before the words of command", apply: addWords }),
    rule("command", "any", "command, args", { note: "a text is split into words; no shell", apply: addWords }),
    rule("environment", "any", "env", { note: "NAME=value lines, or a map", apply: setEnvironment }),
    rule("env_file", "any", "envFiles", { note: "relative to the file", apply: setEnvFiles }),
    rule("working_dir", "scalar", "cwd", { note: "where there is such a directory", apply: setDirectory }),
    rule("depends_on", "any", "dependsOn", { apply: setDependencies }),
    rule("user", "any", "runAs.user, runAs.group", { apply: setUser }),
    rule("labels", "any", "labels", { apply: setLabels }),
    rule("profiles", "texts", "runOnStartup", { note: "started by hand", apply: setProfiles }),
    rule("scale", "count", "instances", { note: "0 is none", apply: setScale }),
    rule("stop_signal", "scalar", "stop.signal"),
    rule("stop_grace_period", "scalar", "stop.gracePeriod", { missing: "10s" }),
    ...inside("healthcheck", healthFields()),
    ...restartFields(),
    ...composeLimits(),
    ...containerFields(),
  ];
}

function setScale({ draft, value, path }: Found): Verdict | undefined {
  if (value !== 0) draft.set("instances", value, path);
  else draft.set("enabled", false, path);
  return value === 0 ? { to: "enabled" } : undefined;
}

function restartFields(): readonly FieldRule[] {
  return [
    rule("restart", "any", "restart.mode", {
      note: "no, always, on-failure:3, unless-stopped",
      missing: "no",
      apply: setRestart,
    }),
    ...inside("deploy", [
      rule("replicas", "count", "instances", { note: "0 is none", apply: setScale }),
      rule("restart_policy.condition", "scalar", "restart.mode", {
        note: "none, on-failure, any",
        apply: setCondition,
      }),
      rule("restart_policy.delay", "scalar", "restart.backoff", { apply: setDelay }),
      rule("restart_policy.max_attempts", "count", "restart.maxRestarts"),
      rule("restart_policy.window", "scalar", "restart.resetAfter"),
    ]),
  ];
}

/** What is about containers, and nothing that a process of this machine has. */
function containerFields(): readonly FieldRule[] {
  const shared = "processes use the directories and files of this machine";
  const network = "processes of one machine reach each other at localhost";
  const reasons: readonly (readonly [string, readonly string[]])[] = [
    ["the program must be on this machine", ["image", "build", "platform", "pull_policy"]],
    [shared, ["volumes", "volumes_from", "tmpfs", "configs", "secrets", "read_only", "shm_size", "develop"]],
    ["a process listens where it is told to", ["ports", "expose"]],
    [network, ["networks", "network_mode", "links", "hostname", "domainname", "extra_hosts", "dns", "dns_search"]],
    ["the name of the service is that of the process", ["container_name"]],
    ["drover gives a terminal to no process", ["tty", "stdin_open"]],
    [
      "processes are not kept apart from this machine",
      [
        "privileged",
        "cap_add",
        "cap_drop",
        "security_opt",
        "pid",
        "ipc",
        "runtime",
        "devices",
        "gpus",
        "userns_mode",
        "cgroup",
      ],
    ],
    ["drover sets no limits of the kernel", ["ulimits", "sysctls", "pids_limit", "memswap_limit", "mem_reservation"]],
    ["write a process of its own with dependsOn", ["post_start", "pre_stop"]],
  ];
  return [
    ...reasons.flatMap(([reason, fields]) => fields.map((field) => droppedRule(field, reason))),
    rule("init", "flag", "", { apply: () => noEffect("the whole tree is stopped") }),
    rule("extends", "any", "", { note: "an error", apply: refuseExtends }),
    droppedRule("x-*", "a field of somebody's own"),
  ];
}

/** The words of the entrypoint come first, as its rule does. */
function addWords({ draft, value, path }: Found): undefined {
  const words = wordsOf(value);
  if ("message" in words)
    return void draft.complain(path, { message: words.message, expected: "a command line, or a list of words" });
  const before = [draft.get("command"), draft.get("args")].flat().filter((word) => word !== undefined);
  const [command, ...args] = [...before, ...words];
  if (command !== undefined) draft.set("command", command, path);
  draft.set("args", args, path);
}

function setEnvFiles({ draft, scope, value, path }: Found): Verdict | undefined {
  const named = (Array.isArray(value) ? value : [value]).map((file: unknown) => {
    return isObject(file) ? { name: wordOf(file["path"]), required: file["required"] } : { name: wordOf(file) };
  });
  if (named.some(({ name }) => name === ""))
    return void draft.complain(path, { message: "has a file without a path", expected: "a path, or a list of paths" });
  const files = named.map(({ name, required }) => {
    return { file: resolve(scope.directory, name), isNeeded: required !== false };
  });
  const kept = files.filter(({ file, isNeeded }) => isNeeded || scope.exists(file));
  draft.set(
    "envFiles",
    kept.map(({ file }) => file),
    path,
  );
  if (kept.length === files.length) return undefined;
  return { outcome: "approximated", note: "files that are not required are left out, as they do not exist right now" };
}

function setDirectory({ draft, scope, value, path }: Found): Verdict | undefined {
  const directory = resolve(scope.directory, wordOf(value));
  if (!scope.exists(directory)) return dropped(`there is no ${directory} here: it runs in the directory of the file`);
  draft.set("cwd", directory, path);
  return undefined;
}

const conditions: Conditions = {
  words: { service_started: "STARTED", service_healthy: "READY", service_completed_successfully: "SUCCEEDED" },
  missing: "service_started",
};

function setDependencies(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  if (!Array.isArray(value) && !isObject(value)) {
    const expected = "a list of services, or a map of conditions";
    draft.complain(path, { message: `is ${describeValue(value)}`, expected });
    return undefined;
  }
  const others = Array.isArray(value) ? value.map((name) => [wordOf(name), {}] as const) : Object.entries(value);
  setDependsOn(found, others, conditions);
  const isMore = others.some(
    ([, options]) => isObject(options) && ("restart" in options || options["required"] === false),
  );
  return isMore
    ? { outcome: "approximated", note: "a dependency is always required, and restarts nothing" }
    : undefined;
}

function setUser({ draft, value, path }: Found): undefined {
  const [user = "", group] = wordOf(value).split(":");
  if (user !== "") draft.set("runAs.user", user, path);
  if (group !== undefined) draft.set("runAs.group", group, path);
}

function setLabels({ draft, value, path }: Found): undefined {
  const lines = Array.isArray(value)
    ? value.map((line) => (wordOf(line).includes("=") ? line : `${wordOf(line)}=`))
    : value;
  const labels = variablesOf(lines);
  if (typeof labels === "string") draft.complain(path, { message: labels, expected: "name=value lines, or a map" });
  else draft.set("labels", labels, path);
}

function setProfiles({ draft, value, path }: Found): Verdict | undefined {
  if ((value as readonly string[]).length === 0) return noEffect("it is always started");
  draft.set("runOnStartup", false, path);
  return { outcome: "approximated", note: "it is not started by itself: `drover start` does" };
}

function setRestart({ draft, value, path }: Found): Verdict | undefined {
  const [, word = "", limit] = /^([a-z-]+)(?::(\d+))?$/.exec(value === false ? "no" : wordOf(value)) ?? [];
  const modes: Readonly<Record<string, string>> = {
    ...{ no: "NEVER", always: "ALWAYS", "unless-stopped": "ALWAYS", "on-failure": "ON_FAILURE" },
  };
  if (!Object.hasOwn(modes, word)) {
    const expected = "no, always, unless-stopped, on-failure or on-failure:N";
    draft.complain(path, { message: `unknown word ${JSON.stringify(value)}`, expected });
    return undefined;
  }
  draft.set("restart.mode", modes[word], path);
  if (limit !== undefined) draft.set("restart.maxRestarts", Number(limit), path);
  return undefined;
}

function setCondition({ draft, value, path }: Found): undefined {
  const modes: Readonly<Record<string, string>> = { none: "NEVER", any: "ALWAYS", "on-failure": "ON_FAILURE" };
  const word = wordOf(value);
  if (Object.hasOwn(modes, word)) draft.set("restart.mode", modes[word], path);
  else draft.complain(path, { message: `unknown word ${JSON.stringify(word)}`, expected: "none, on-failure or any" });
}

function setDelay({ draft, value, path }: Found): undefined {
  for (const end of ["initial", "max"]) draft.set(`restart.backoff.${end}`, value, path);
}

function refuseExtends({ draft, path }: Found): undefined {
  draft.complain(path, {
    message: "is not followed",
    expected: "a service that is complete",
    fix: "import what `docker compose config` prints",
  });
}
