import { dropped, noEffect } from "../apply.js";
import type { FieldRule, Found, Verdict } from "../format.js";
import { droppedRule, rule } from "../rule.js";
import { valuesOf } from "./values.js";

/** How a shell sets a limit of setrlimit(2): its option, and how many bytes or other units it counts by. */
const options: Readonly<Record<string, { readonly option: string; readonly unit: number }>> = {
  NOFILE: { option: "n", unit: 1 },
  NPROC: { option: "u", unit: 1 },
  CPU: { option: "t", unit: 1 },
  STACK: { option: "s", unit: 1024 },
  AS: { option: "v", unit: 1024 },
  DATA: { option: "d", unit: 1024 },
  MEMLOCK: { option: "l", unit: 1024 },
  // Shells differ in how large a block is: none and any number of them is the same with all.
  CORE: { option: "c", unit: Number.POSITIVE_INFINITY },
};

/** The limits of a service. */
export function limitFields(): readonly FieldRule[] {
  const others = ["FSIZE", "RSS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"];
  return [
    ...Object.keys(options).map((name) =>
      rule(`Limit${name}`, "any", "args", {
        note: "by ulimit of /bin/sh, before the program",
        apply: setLimit,
      }),
    ),
    rule("UMask", "any", "args", { note: "by umask of /bin/sh, before the program", apply: checkMask }),
    ...others.map((name) => droppedRule(`Limit${name}`, "no shell sets it")),
  ];
}

function setLimit({ value, path }: Found): Verdict | undefined {
  const text = valuesOf(value).at(-1);
  if (text === undefined) return noEffect("no limit");
  return limitLine(String(path.at(-1)), text) === undefined ? dropped(`a shell cannot set it to ${text}`) : undefined;
}

function checkMask({ draft, value, path }: Found): undefined {
  const text = valuesOf(value).at(-1) ?? "0022";
  if (!maskForm.test(text)) draft.complain(path, { message: `is ${JSON.stringify(text)}`, expected: "such as 0027" });
}

const maskForm = /^[0-7]{1,4}$/;

/** What a shell is told, for the mask and each limit of a service that it can set. */
export function limitLines(service: Readonly<Record<string, unknown>>): readonly string[] {
  const mask = valuesOf(service["UMask"]).at(-1);
  const masks = mask !== undefined && maskForm.test(mask) ? [`umask ${mask}`] : [];
  return [...masks, ...ulimitLines(service)];
}

function ulimitLines(service: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(options).flatMap((name) => {
    const text = valuesOf(service[`Limit${name}`]).at(-1);
    return text === undefined ? [] : (limitLine(`Limit${name}`, text) ?? []);
  });
}

function limitLine(key: string, text: string): string | undefined {
  const { option, unit } = options[key.replace("Limit", "")] ?? { option: "", unit: 1 };
  const [soft, hard] = text.split(":").map((part) => amountOf(part, unit));
  if (soft === undefined) return undefined;
  if (!text.includes(":")) return commandOf(option, soft);
  if (hard === undefined) return undefined;
  // A soft limit above the new hard one would keep it from being set, and one above the old hard one cannot be set before.
  return `{ ulimit -S -${option} ${soft} 2>/dev/null; ulimit -H -${option} ${hard}; } && ulimit -S -${option} ${soft}`;
}

/** The number of processes is called otherwise by dash and busybox than by bash. */
function commandOf(option: string, amount: string): string {
  return option === "u" ? `{ ulimit -u ${amount} 2>/dev/null || ulimit -p ${amount}; }` : `ulimit -${option} ${amount}`;
}

function amountOf(text: string, unit: number): string | undefined {
  if (text.trim() === "infinity") return "unlimited";
  const [, digits, suffix = ""] = /^\s*(\d+)([KMGT]?)\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  if (unit === Number.POSITIVE_INFINITY) return Number(digits) === 0 ? "0" : undefined;
  const amount = (Number(digits) * 1024 ** ["", "K", "M", "G", "T"].indexOf(suffix)) / unit;
  return Number.isInteger(amount) ? String(amount) : undefined;
}
