import { availableParallelism } from "node:os";
import { dropped, noEffect } from "../apply.js";
import type { Apply, Found, Verdict } from "../format.js";
import { numberOf, scalarText, wordOf } from "../kind.js";
import { templateName } from "../template-name.js";
import { wordsOf } from "../words-of.js";
import { hasLine, isOnPath, isRunByItself } from "./program.js";
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
  const told = tellWords(found, readWords(found));
  if (hasLine(found.entry)) return told;
  if (isRunByItself(found.entry)) return noEffect("no interpreter runs the script");
  return besidePath(found) ?? told;
}

export function setInterpreter(found: Found): Verdict | undefined {
  if (hasLine(found.entry)) return besideLine(found);
  return isRunByItself(found.entry) ? undefined : besidePath(found);
}

function besidePath(found: Found): Verdict | undefined {
  return isOnPath(found) ? dropped("a program on PATH runs by itself") : undefined;
}

/** Groups of templates have fewer characters. */
export function setGroup({ draft, value, path }: Found): Verdict | undefined {
  const { name, note } = templateName(wordOf(value));
  draft.set("group", name, path);
  return note === "" ? undefined : { outcome: "approximated", note: note.replace("the name", "the group") };
}

function readWords({ draft, value, path }: Found): readonly string[] | undefined {
  const words = wordsOf(value);
  if (!("message" in words)) return words;
  draft.complain(path, { message: words.message, expected: "words" });
  return undefined;
}

function tellWords(found: Found, words: readonly string[] | undefined): Verdict | undefined {
  const isText = typeof found.value === "string" && words !== undefined;
  const note = isText ? remarkOnWords(wordOf(found.value), words) : undefined;
  return besideLine(found) ?? (note === undefined ? undefined : { outcome: "approximated", note });
}

export function setInstances({ draft, value, path }: Found): Verdict | undefined {
  const count = value === "max" ? 0 : numberOf(value);
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

export function setNumberName({ value }: Found): Verdict {
  const note = "DROVER_INSTANCE has the number, from 1";
  return value === "DROVER_INSTANCE" ? noEffect(note) : dropped(note);
}

export function setEnvFile({ draft, value, path }: Found): undefined {
  draft.set("envFiles", [value], path);
}

/** PM2 takes milliseconds, and texts such as `10s` and `1h`. */
export function timeSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, /^\d+$/.test(wordOf(value)) ? `${value}ms` : value, path);
    return undefined;
  };
}

/** What PM2 ignores where `ignore_watch` is left out. */
const ignoredByDefault = [".*", "node_modules", ".git"];

export function setWatch({ draft, value, path }: Found): Verdict | undefined {
  if (value === false) return noEffect("nothing is watched");
  const paths = value === true ? {} : { paths: typeof value === "string" ? [value] : value };
  draft.set("watch", { ...paths, ignore: ignoredByDefault }, path);
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
  const [, amount, unit] = /^(\d+)([KMG])B?$/i.exec(wordOf(value)) ?? [];
  draft.set("limits.maxMemory", amount === undefined ? value : `${amount}${unit?.toUpperCase()}iB`, path);
}

export function idSetter(to: string): Apply {
  return ({ draft, value, path }) => {
    draft.set(to, scalarText(value) ?? value, path);
    return undefined;
  };
}
