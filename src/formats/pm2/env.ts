import { isComplaint } from "../../template/complaint.js";
import { isObject } from "../../template/validate.js";
import { dropped } from "../apply.js";
import type { Found, Verdict } from "../format.js";
import { readKind } from "../kind.js";
import { literal, mapValues } from "../variables.js";

/** Over those that are there already. What is no scalar becomes its JSON, as PM2 does it. */
export function setEnv({ draft, value, path }: Found): undefined {
  const texts = isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isScalar(one) ? one : JSON.stringify(one)]))
    : value;
  const read = readKind("variables", texts);
  if (isComplaint(read)) return void draft.complain(path, read);
  const variables = mapValues(read.value as Record<string, string>, literal);
  draft.set("env", { ...(draft.get("env") as Record<string, string> | undefined), ...variables }, path);
}

const isScalar = (value: unknown): boolean => typeof value !== "object";

/** PM2 makes no JSON of what such a set has, and gives no variable for what would need it. */
export function setChosenEnv(found: Found): Verdict | undefined {
  const name = String(found.path.at(-1)).slice("env_".length);
  if (!isObject(found.value)) return dropped("it is no set of variables");
  if (name !== found.scope.environment) return dropped(`\`--env ${name}\` chooses it`);
  const scalars = Object.entries(found.value).filter(([, one]) => isScalar(one));
  const others = Object.keys(found.value).filter((key) => !isScalar((found.value as Record<string, unknown>)[key]));
  takeAway(found, others);
  setEnv({ ...found, value: Object.fromEntries(scalars) });
  if (others.length === 0) return undefined;
  return {
    outcome: "approximated",
    note: `without ${others.join(", ")}, as PM2 gives only texts, numbers and truth values`,
  };
}

function takeAway({ draft, path }: Found, names: readonly string[]): void {
  const env = draft.get("env");
  if (!isObject(env) || names.length === 0) return;
  draft.set("env", Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name))), path);
}

export function setPort(found: Found): undefined {
  setEnv({ ...found, value: { PORT: found.value } });
}
