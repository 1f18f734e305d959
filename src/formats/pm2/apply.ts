import { availableParallelism } from "node:os";
import { isComplaint } from "../../template/complaint.js";
import { isObject } from "../../template/validate.js";
import { dropped, noEffect } from "../apply.js";
import type { Apply, Found, Verdict } from "../format.js";
import { readKind, scalarText } from "../kind.js";
import { literal, mapValues } from "../variables.js";
import { wordsOf } from "../words-of.js";
import { hasLine } from "./program.js";
import { remarkOnWords, splitAsPm2 } from "./words.js";

/** What runs is put together when all parts are known. */
export function later(): undefined {}

/** PM2 gives a script with blanks to bash, and leaves out all that is for a file. */
export function besideLine({ entry }: Found): Verdict | undefined {
  return hasLine(entry) ? dropped("PM2 gives a script with blanks to bash, and nothing with it") : undefined;
}

export function setArgs(found: Found): Verdict | undefined {
  const words = readWords(found);
  if (words !== undefined) found.draft.set("args", words, found.path);
  return tellWords(found, words);
}

/** They are put together when all parts are known. */
export function setBefore(found: Found): Verdict | undefined {
  return tellWords(found, readWords(found));
}

function readWords({ draft, value, path }: Found): readonly string[] | undefined {
  const words = wordsOf(value);
  if (!("message" in words)) return words;
  draft.complain(path, { message: words.message, expected: "words" });
  return undefined;
}

function tellWords(found: Found, words: readonly string[] | undefined): Verdict | undefined {
  const isText = typeof found.value === "string" && words !== undefined;
  const note = isText ? remarkOnWords(String(found.value), words) : undefined;
  return besideLine(found) ?? (note === undefined ? undefined : { outcome: "approximated", note });
}

export function setInstances({ draft, value, path }: Found): Verdict | undefined {
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

export function setMode({ value }: Found): Verdict {
  if (value === "fork" || value === "fork_mode") return noEffect("processes of their own");
  return { outcome: "approximated", note: "processes of their own: they cannot share a port as a cluster does" };
}

export function setChosenEnv(found: Found): Verdict | undefined {
  const name = String(found.path.at(-1)).slice("env_".length);
  if (!isObject(found.value)) return dropped("it is no set of variables");
  return name === found.scope.environment ? setEnv(found) : dropped(`\`--env ${name}\` chooses it`);
}

/** Over those that are there already. An object becomes its JSON, as PM2 does it. */
export function setEnv({ draft, value, path }: Found): undefined {
  const texts = isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isObject(one) ? JSON.stringify(one) : one]))
    : value;
  const read = readKind("variables", texts);
  if (isComplaint(read)) return void draft.complain(path, read);
  const variables = mapValues(read.value as Record<string, string>, literal);
  draft.set("env", { ...(draft.get("env") as Record<string, string> | undefined), ...variables }, path);
}

export function setLog({ draft, value, path }: Found): Verdict | undefined {
  if (typeof value === "boolean") return dropped("what is written is always kept");
  const read = readKind("text", value);
  if (isComplaint(read)) draft.complain(path, read);
  else draft.set(logFields[String(path.at(-1)).startsWith("o") ? 0 : 1], read.value, path);
  return undefined;
}

const logFields = ["logs.stdout", "logs.stderr"] as const;

export function setNumberName({ value }: Found): Verdict {
  const note = "DROVER_INSTANCE has the number, from 1";
  return value === "DROVER_INSTANCE" ? noEffect(note) : dropped(note);
}

export function setEnvFile({ draft, value, path }: Found): undefined {
  draft.set("envFiles", [value], path);
}

export function setRestart({ draft, value, path }: Found): undefined {
  if (value === false) draft.set("restart.mode", "NEVER", path);
}

export function setMaxRestarts({ draft, value, path }: Found): Verdict | undefined {
  if (value === Number.POSITIVE_INFINITY) return noEffect("any number of restarts");
  const read = readKind("count", value);
  if (isComplaint(read)) draft.complain(path, read);
  else draft.set("restart.maxRestarts", read.value, path);
  return undefined;
}

export function setDelay({ draft, value, path }: Found): undefined {
  for (const end of ["initial", "max"]) draft.set(`restart.backoff.${end}`, value, path);
}

export function setGrowing({ draft, value, path }: Found): undefined {
  draft.set("restart.backoff.initial", value, path);
  draft.set("restart.backoff.max", Number.parseFloat(String(value)) > 15_000 ? value : "15s", path);
  draft.set("restart.backoff.multiplier", 1.5, path);
}

export function setExitCodes({ draft, value, path }: Found): Verdict | undefined {
  if (draft.get("restart.mode") === "NEVER") return noEffect("it is never restarted");
  draft.set("restart.mode", "ON_FAILURE", path);
  draft.set("restart.successExitCodes", Array.isArray(value) ? value : [value], path);
  return undefined;
}

/** PM2 takes milliseconds, and texts such as `10s` and `1h`. */
export function timeSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, /^\d+$/.test(String(value)) ? `${value}ms` : value, path);
    return undefined;
  };
}

export function setWatch({ draft, value, path }: Found): Verdict | undefined {
  if (value === false) return noEffect("nothing is watched");
  draft.set("watch", value === true ? {} : { paths: typeof value === "string" ? [value] : value }, path);
  return undefined;
}

export function setIgnored(found: Found): Verdict | undefined {
  return ifWatched("watch.ignore")({
    ...found,
    value: typeof found.value === "string" ? splitAsPm2(found.value) : found.value,
  });
}

export function ifWatched(to: string): Apply {
  return ({ draft, value, path }) => {
    if (!draft.has("watch")) return noEffect("nothing is watched");
    draft.set(to, value, path);
    return undefined;
  };
}

/** `300M` is 300 times 1024²; a number is bytes. */
export function setMemory({ draft, value, path }: Found): undefined {
  const [, amount, unit] = /^(\d+)([KMG])B?$/i.exec(String(value)) ?? [];
  draft.set("limits.maxMemory", amount === undefined ? value : `${amount}${unit?.toUpperCase()}iB`, path);
}

export function idSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, scalarText(value) ?? value, path);
    return undefined;
  };
}
