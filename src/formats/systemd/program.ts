import { isObject } from "../../template/validate.js";
import type { EntryContext, Found, Verdict } from "../format.js";
import { quoteShellWord } from "../shell-words.js";
import { limitLines } from "./limits.js";
import { valuesOf } from "./values.js";
import { splitSystemdWords } from "./words.js";

interface CommandLine {
  readonly prefix: string;
  /** As they are written, with their variables. */
  readonly words: readonly string[];
}

const token = /(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\\[\s\S]|[^\s"'\\])+|[\s\S]/g;

/** A semicolon that stands by itself parts commands, and escaped by a backslash is a word, systemd.service(5). */
export function splitCommands(text: string): readonly string[] {
  const commands = [""];
  for (const [part] of text.matchAll(token)) {
    if (part === ";") commands.push("");
    else commands.push(`${commands.pop() ?? ""}${part === "\\;" ? ";" : part}`);
  }
  return commands.map((command) => command.trim());
}

function readCommandLine(line: string): CommandLine | { readonly message: string } {
  const [, prefix = "", rest = ""] = /^([-@:+!|]*)([\s\S]*)$/.exec(line) ?? [];
  const split = splitSystemdWords(rest);
  if ("message" in split) return split;
  const [program, ...others] = split.words;
  if (program === undefined) return { message: "is empty" };
  // After @ the second word is what the program is told it is called.
  return { prefix, words: [program, ...(prefix.includes("@") ? others.slice(1) : others)] };
}

/** Tells what of the commands is not as it is with systemd; they are put together when all settings are known. */
export function checkCommands({ draft, value, path }: Found): Verdict | undefined {
  const lines = valuesOf(value).flatMap(splitCommands).map(readCommandLine);
  for (const line of lines) {
    if ("message" in line) draft.complain(path, { message: line.message, expected: "a command line" });
  }
  const prefixes = new Set(lines.flatMap((line) => ("prefix" in line ? [...line.prefix] : [])));
  // A failure that counts for none is one to the shell, too, and variables are put in or not as they are here.
  for (const known of [":", ...(String(path.at(-1)) === "ExecStartPre" ? ["-"] : [])]) prefixes.delete(known);
  if (prefixes.size === 0) return undefined;
  return { outcome: "approximated", note: `the prefix ${[...prefixes].join("")} is left out` };
}

/** A command of plain words is run as it is; variables, limits and commands before it need a shell, which it then replaces. */
export function completeProgram({ draft, entry, entryPath }: EntryContext): void {
  const service = isObject(entry["Service"]) ? entry["Service"] : {};
  const linesOf = (key: string): readonly CommandLine[] =>
    valuesOf(service[key])
      .flatMap(splitCommands)
      .flatMap((text) => {
        const line = readCommandLine(text);
        return "message" in line ? [] : [line];
      });
  const starts = linesOf("ExecStart");
  const before = [...linesOf("ExecStartPre"), ...starts.slice(0, -1)];
  const main = starts.at(-1);
  if (main === undefined) return;
  const at = [...entryPath, "Service", "ExecStart"];
  const limits = limitLines(service);
  if (before.length === 0 && limits.length === 0 && !hasVariables(main)) {
    const [program = "", ...args] = main.words;
    draft.set("command", program, at);
    draft.set(
      "args",
      args.map((word) => (isRaw(main) ? word : word.replaceAll("$$", "$"))),
      at,
    );
    return;
  }
  const lines = [...limits, ...before.map(describeBefore), `exec ${describe(main)}`];
  // What a variable holds is split into words, and is no pattern for files.
  const noPatterns = [...before, main].some(hasVariables) ? "set -f; " : "";
  draft.set("command", "/bin/sh", at);
  draft.set("args", ["-c", `${noPatterns}${lines.join(" && ")}`], at);
}

const isRaw = ({ prefix }: CommandLine): boolean => prefix.includes(":");

const alone = /^\$([A-Za-z_]\w*)$/;
const inside = /\$\$|\$\{([A-Za-z_]\w*)\}/g;

/** The path of the program holds none. */
function hasVariables(line: CommandLine): boolean {
  const isVariable = (word: string): boolean => alone.test(word) || /\$\{\w+\}/.test(word.replaceAll("$$", ""));
  return !isRaw(line) && line.words.slice(1).some(isVariable);
}

function describeBefore(line: CommandLine): string {
  return line.prefix.includes("-") ? `{ ${describe(line)} || :; }` : describe(line);
}

function describe(line: CommandLine): string {
  const [program = "", ...others] = line.words;
  return [
    quoteShellWord(program),
    ...others.map((word) => (isRaw(line) ? quoteShellWord(word) : describeWord(word))),
  ].join(" ");
}

/** `$NAME` that is a word is as many words as its value has; `${NAME}` inside one is a part of it, systemd.service(5). */
function describeWord(word: string): string {
  const name = alone.exec(word)?.[1];
  if (name !== undefined) return `$${name}`;
  let text = "";
  let end = 0;
  const add = (plain: string): void => {
    if (plain !== "") text += quoteShellWord(plain);
  };
  for (const match of word.matchAll(inside)) {
    add(word.slice(end, match.index));
    text += match[1] === undefined ? "'$'" : `"\${${match[1]}}"`;
    end = match.index + match[0].length;
  }
  add(word.slice(end));
  return text === "" ? "''" : text;
}
