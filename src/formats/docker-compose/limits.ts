import { describeValue } from "../../template/complaint.js";
import { noEffect } from "../apply.js";
import type { Apply, FieldRule, Found, Verdict } from "../format.js";
import { numberOf, wordOf } from "../kind.js";
import { droppedRule, rule } from "../rule.js";

/** What a service and its log may use. */
export function composeLimits(): readonly FieldRule[] {
  const memory = { note: "restarted when it is over this for 10 seconds", apply: setMemory } as const;
  const cpu = { note: "restarted when it is over this for 10 seconds; it is not slowed down", apply: setCpu } as const;
  return [
    rule("mem_limit", "any", "limits.maxMemory", { ...memory, outcome: "approximated" }),
    rule("deploy.resources.limits.memory", "any", "limits.maxMemory", { ...memory, outcome: "approximated" }),
    rule("cpus", "any", "limits.maxCpu", { ...cpu, outcome: "approximated" }),
    rule("deploy.resources.limits.cpus", "any", "limits.maxCpu", { ...cpu, outcome: "approximated" }),
    rule("cpuset", "scalar", "affinity.list"),
    rule("logging.options.max-size", "any", "logs.maxSize", { apply: setLogSize }),
    rule("logging.options.max-file", "any", "logs.maxFiles", { apply: setLogFiles }),
    droppedRule("logging.driver", "what a process writes is kept in files of drover's"),
  ];
}

/** `512m` and `1.5gb` are powers of 1024; a number is bytes. */
function bytesOf(value: unknown): number | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)b?$/i.exec(wordOf(value)) ?? [];
  const exponent = ["", "k", "m", "g"].indexOf(unit.toLowerCase().replace("b", ""));
  return amount === undefined ? undefined : Math.round(Number(amount) * 1024 ** exponent);
}

function bytesSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    const bytes = bytesOf(value);
    if (bytes !== undefined) draft.set(to, bytes, path);
    else draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a size such as 512m or 1gb" });
    return undefined;
  };
}

function setMemory(found: Found): Verdict | undefined {
  return found.value === 0 ? noEffect("no limit") : bytesSetter("limits.maxMemory")(found);
}

function setCpu({ draft, value, path }: Found): Verdict | undefined {
  const cpus = numberOf(value);
  if (cpus === 0) return noEffect("no limit");
  if (Number.isFinite(cpus)) draft.set("limits.maxCpu", cpus * 100, path);
  else draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a number of CPUs such as 0.5" });
  return undefined;
}

function setLogSize(found: Found): Verdict | undefined {
  return wordOf(found.value) === "-1" ? noEffect("no limit") : bytesSetter("logs.maxSize")(found);
}

function setLogFiles({ draft, value, path }: Found): undefined {
  const files = numberOf(value);
  if (Number.isInteger(files)) draft.set("logs.maxFiles", files, path);
  else draft.complain(path, { message: `is ${describeValue(value)}`, expected: "a number of files such as 3" });
}
