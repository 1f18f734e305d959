import { isObject } from "../../template/validate.js";
import type { Found, Scope, Verdict } from "../format.js";
import { dotenvOf } from "../interpolate.js";
import { readEnvValue } from "../references.js";
import { variablesOf } from "../variables.js";

/** The variables of a service. References are looked up at each start, but what only `.env` tells is told now. */
export function setEnvironment({ draft, scope, value, path }: Found): Verdict | undefined {
  const known = dotenvAlone(scope);
  const variables = variablesOf(withoutHostVariables(value, known));
  if (typeof variables === "string") {
    draft.complain(path, { message: variables, expected: "NAME=value lines, or a map" });
    return undefined;
  }
  const env = new Map<string, string>();
  const near: string[] = [];
  for (const [name, text] of Object.entries(variables)) {
    const read = readEnvValue(text, (variable) => known.get(variable));
    if ("message" in read) draft.complain([...path, name], read);
    else env.set(name, read.value);
    if ("isNear" in read && read.isNear) near.push(name);
  }
  draft.set("env", Object.fromEntries(env), path);
  const used = [...known.keys()].filter((name) => mentions(value, name));
  const notes = [
    ...(near.length === 0 ? [] : [`an empty variable counts for a missing one: ${near.join(", ")}`]),
    ...(used.length === 0 ? [] : [`with ${used.join(", ")} as .env has it right now`]),
  ];
  return notes.length === 0 ? undefined : { outcome: "approximated", note: notes.join("; ") };
}

/** The variables of `.env` that the environment does not have: what is looked up at a start would not find them. */
function dotenvAlone(scope: Scope): ReadonlyMap<string, string> {
  return new Map([...dotenvOf(scope)].filter(([name]) => scope.env[name] === undefined));
}

/** Whether a variable of the host is named in the values, or alone. */
function mentions(value: unknown, name: string): boolean {
  const texts = Array.isArray(value) ? value : Object.values(isObject(value) ? value : {});
  const isAlone = Array.isArray(value) ? value.includes(name) : isObject(value) && value[name] === null;
  if (!/^\w+$/.test(name)) return isAlone;
  const reference = new RegExp(`\\$\\{?${name}\\b`);
  return isAlone || texts.some((text) => typeof text === "string" && reference.test(text));
}

/** A name alone is a variable of the host, which a process has anyway; or one of `.env`. */
function withoutHostVariables(value: unknown, known: ReadonlyMap<string, string>): unknown {
  const told = (name: string): string => known.get(name)?.replaceAll("$", "$$$$") ?? "";
  if (Array.isArray(value))
    return value
      .filter((line) => typeof line !== "string" || line.includes("=") || known.has(line))
      .map((line: unknown) => (typeof line === "string" && !line.includes("=") ? `${line}=${told(line)}` : line));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name, text]) => text !== null || known.has(name));
  return Object.fromEntries(kept.map(([name, text]) => [name, text ?? told(name)]));
}
