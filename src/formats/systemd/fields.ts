import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import type { Apply, FieldRule, Found, Verdict } from "../format.js";
import { droppedRule, inside, rule } from "../rule.js";
import { literal } from "../variables.js";
import { droppedServiceFields, droppedUnitFields } from "./dropped-fields.js";
import { limitFields } from "./limits.js";
import { checkCommands, splitCommands } from "./program.js";
import { limitRules, restartRules } from "./restart.js";
import { numberSetter, textSetter, timeSetter, valuesOf } from "./values.js";
import { splitSystemdWords } from "./words.js";

/** The settings of a service. Each has a list of values, as a unit may give it several times. */
export function systemdFields(): readonly FieldRule[] {
  return [
    rule("Unit.Description", "any", "description", { apply: textSetter("description") }),
    rule("Unit.Documentation", "any", "labels.documentation", { apply: textSetter("labels.documentation") }),
    ...inside("Unit", droppedUnitFields()),
    ...limitRules(),
    ...inside("Service", [...programFields(), ...policyFields(), ...droppedServiceFields()]),
    rule("Install.WantedBy", "any", "runOnStartup", { apply: () => noEffect("what is imported is started") }),
    droppedRule("Install.Alias", "a process has one name"),
    droppedRule("Install.Also", "import the other unit, too"),
  ];
}

function programFields(): readonly FieldRule[] {
  return [
    rule("Type", "any", "", { note: "simple, exec and oneshot", apply: setType }),
    droppedRule("RemainAfterExit", "what has ended does not run; a condition of dependsOn can wait for the end"),
    rule("ExecStart", "any", "command, args", { note: "variables in it are put in by /bin/sh", apply: checkCommands }),
    rule("ExecStartPre", "any", "args", {
      note: "run before it by /bin/sh, at each start",
      apply: checkCommands,
    }),
    ...["ExecStartPost", "ExecCondition", "ExecReload", "ExecStopPost"].map((name) =>
      droppedRule(name, "write a script that does all, or a process of its own with dependsOn"),
    ),
    rule("ExecStop", "any", "stop.command", { apply: setStop }),
    rule("Environment", "any", "env", { apply: setEnvironment }),
    rule("EnvironmentFile", "any", "envFiles", { note: "a missing file fails the start", apply: setEnvFiles }),
    rule("WorkingDirectory", "any", "cwd", { missing: ["/"], apply: setDirectory }),
    rule("User", "any", "runAs.user", { apply: textSetter("runAs.user") }),
    rule("Group", "any", "runAs.group", { apply: textSetter("runAs.group") }),
    rule("DynamicUser", "any", "", { note: "an error without User", apply: checkUser }),
    rule("Nice", "any", "nice", { apply: numberSetter("nice") }),
    rule("CPUAffinity", "any", "affinity.list", { apply: setAffinity }),
    rule("PassEnvironment", "any", "inheritEnv", { apply: () => noEffect("all of the environment is inherited") }),
    rule("PIDFile", "any", "pidFile", { apply: textSetter("pidFile") }),
    rule("StandardOutput", "any", "logs.stdout", { note: "append: and file:", apply: streamSetter("stdout") }),
    rule("StandardError", "any", "logs.stderr", { note: "append: and file:", apply: streamSetter("stderr") }),
  ];
}

function policyFields(): readonly FieldRule[] {
  return [
    ...restartRules(),
    rule("TimeoutStartSec", "any", "startTimeout", { apply: timeSetter("startTimeout", { isZeroNever: true }) }),
    rule("TimeoutStopSec", "any", "stop.gracePeriod", {
      missing: ["90s"],
      apply: timeSetter("stop.gracePeriod", { isZeroNever: true }),
    }),
    rule("TimeoutSec", "any", "startTimeout, stop.gracePeriod", { apply: setTimeouts }),
    rule("KillSignal", "any", "stop.signal", { apply: textSetter("stop.signal") }),
    rule("KillMode", "any", "", { note: "the whole tree is always stopped", apply: setKillMode }),
    rule("MemoryMax", "any", "limits.maxMemory", { apply: setMemory }),
    rule("CPUQuota", "any", "limits.maxCpu", { apply: setCpu }),
    ...limitFields(),
  ];
}

function setType({ value }: Found): Verdict {
  const type = valuesOf(value).at(-1) ?? "simple";
  if (["simple", "exec", "oneshot", "idle"].includes(type)) return noEffect("it runs in the foreground");
  if (type.startsWith("notify")) return dropped("drover hears no sd_notify: write a readiness check");
  return dropped(`${type}: the program must be told to stay in the foreground, and needs a readiness check`);
}

/** Dropped without a word of an error it would run as whoever runs drover: as root, as a rule. */
function checkUser({ draft, entry, value, path }: Found): Verdict | undefined {
  if (!isYes(valuesOf(value).at(-1))) return noEffect("it has a user that exists");
  if (isObject(entry["Service"]) && valuesOf(entry["Service"]["User"]).length > 0)
    return dropped("drover makes no users: it must exist");
  draft.complain(path, {
    message: "asks for a user that is made for it",
    expected: "User=, the name of one that exists",
  });
  return undefined;
}

const isYes = (word: string | undefined): boolean => /^(?:1|y|yes|t|true|on)$/i.test(word ?? "");

/** Both of them, where they are not given themselves. */
function setTimeouts(found: Found): Verdict | undefined {
  const service = isObject(found.entry["Service"]) ? found.entry["Service"] : {};
  const open = Object.entries({ TimeoutStartSec: "startTimeout", TimeoutStopSec: "stop.gracePeriod" })
    .filter(([name]) => valuesOf(service[name]).length === 0)
    .map(([, to]) => to);
  const verdicts = open.map((to) => timeSetter(to, { isZeroNever: true })(found));
  return verdicts[0] ?? { to: open.join(", ") };
}

function setStop({ draft, value, path }: Found): Verdict | undefined {
  const [line = "", second] = valuesOf(value).flatMap(splitCommands);
  const split = splitSystemdWords(line.replace(/^[-@:+!]*/, ""));
  if (line.includes("$") || second !== undefined || "message" in split)
    return dropped("it is more than one plain command");
  draft.set("stop.command", split.words, path);
  return undefined;
}

function setEnvironment({ draft, value, path }: Found): undefined {
  const env: Record<string, string> = {};
  for (const line of valuesOf(value)) {
    const split = splitSystemdWords(line);
    const words = "words" in split ? split.words : [];
    const isWrong = "message" in split || words.some((word) => !/^[^=]+=/.test(word));
    if (isWrong)
      draft.complain(path, { message: `${JSON.stringify(line)} cannot be read`, expected: "NAME=value words" });
    for (const word of words) {
      Object.defineProperty(env, word.replace(/=[\s\S]*/, ""), {
        value: literal(word.replace(/^[^=]*=/, "")),
        ...{ enumerable: true, configurable: true, writable: true },
      });
    }
  }
  draft.set("env", env, path);
}

function setEnvFiles({ draft, scope, value, path }: Found): Verdict | undefined {
  const files = valuesOf(value);
  const kept = files.filter((file) => !file.startsWith("-") || scope.exists(file.slice(1)));
  draft.set(
    "envFiles",
    kept.map((file) => file.replace(/^-/, "")),
    path,
  );
  if (!files.some((file) => file.startsWith("-"))) return undefined;
  const note =
    kept.length === files.length ? "it is there now, and is needed from now on" : "there is none now, and none is read";
  return { outcome: "approximated", note };
}

function setDirectory({ draft, scope, value, path }: Found): undefined {
  const directory = (valuesOf(value).at(-1) ?? "/").replace(/^-/, "");
  draft.set("cwd", directory === "~" ? scope.home : directory, path);
}

function setAffinity({ draft, value, path }: Found): undefined {
  draft.set(
    "affinity.list",
    valuesOf(value)
      .join(",")
      .trim()
      .replace(/[\s,]+/g, ","),
    path,
  );
}

function streamSetter(stream: "stdout" | "stderr"): Apply {
  return ({ draft, value, path }) => {
    const target = valuesOf(value).at(-1) ?? "";
    const [, file] = /^(?:append|file|truncate):(.+)$/.exec(target) ?? [];
    if (file === undefined) return dropped(`${target}: drover keeps a log of its own`);
    draft.set(`logs.${stream}`, file, path);
    return undefined;
  };
}

function setKillMode({ value }: Found): Verdict {
  const mode = valuesOf(value).at(-1);
  return mode === "control-group" ? noEffect("the whole tree") : dropped("the whole tree is always stopped");
}

function setMemory({ draft, value, path }: Found): Verdict {
  const text = valuesOf(value).at(-1) ?? "";
  if (text === "" || text === "infinity") return noEffect("no limit");
  if (!/^\d+[KMGT]?$/.test(text)) return dropped(`${text} is no fixed size`);
  draft.set("limits.maxMemory", /\d$/.test(text) ? Number(text) : `${text}iB`, path);
  return {
    outcome: "approximated",
    note: "restarted when it is over this for 10 seconds; the kernel does not stop it",
  };
}

function setCpu({ draft, value, path }: Found): Verdict | undefined {
  const text = valuesOf(value).at(-1) ?? "";
  if (text === "") return noEffect("no limit");
  const [, percent] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined)
    return void draft.complain(path, { message: `${JSON.stringify(text)} is no share`, expected: "such as 50%" });
  draft.set("limits.maxCpu", Number(percent), path);
  return { outcome: "approximated", note: "restarted when it is over this for 10 seconds; it is not slowed down" };
}
