import type { Argument, Command, Option } from "commander";

/** What the word at the end of a command line may be. */
export type Expected =
  | { readonly kind: "command" }
  | { readonly kind: "option" }
  /** A value of an option or an argument, by the word its usage has for it: `--group <group>` is `group`. */
  | { readonly kind: "value"; readonly placeholder: string; readonly choices: readonly string[] }
  | { readonly kind: "nothing" };

/** Where the word at the end of a command line stands. */
export interface Position {
  /** The program, and the command below command that was named. */
  readonly commands: readonly Command[];
  readonly expected: Expected;
  /** What the word begins with that is no part of the value, such as `--group=`. */
  readonly prefix: string;
  /** Arguments before it. */
  readonly given: readonly string[];
  /** Value of `--state-dir` before it. */
  readonly stateDir: string | undefined;
}

/** Where the last of some words stands; it may be empty or half typed. The words are those after the name of the program. */
export function findPosition(program: Command, words: readonly string[]): Position {
  const reader = new WordReader(program);
  for (const word of words.slice(0, -1)) reader.take(word);
  return reader.positionOf(words.at(-1) ?? "");
}

/** Reads words the way commander does, as far as it matters for the one at the end. */
class WordReader {
  readonly #commands: Command[];
  readonly #given: string[] = [];
  /** The option whose value comes next. */
  #open: Option | undefined;
  #hasOptions = true;
  #stateDir: string | undefined;

  constructor(program: Command) {
    this.#commands = [program];
  }

  get #command(): Command {
    return this.#commands.at(-1) as Command;
  }

  take(word: string): void {
    const isOption = this.#hasOptions && /^-./.test(word);
    if (this.#open !== undefined && !(this.#open.variadic && isOption)) this.#takeValue(this.#open, word);
    else if (isOption && word === "--") this.#hasOptions = false;
    else if (isOption) this.#takeOption(word);
    else this.#takeArgument(word);
  }

  positionOf(word: string): Position {
    const [, assigned = ""] = this.#hasOptions && this.#open === undefined ? (/^(--[^=]+=)/.exec(word) ?? []) : [];
    return {
      commands: this.#commands,
      expected: this.#expect(word, assigned),
      prefix: assigned,
      given: this.#given,
      stateDir: this.#stateDir,
    };
  }

  #expect(word: string, assigned: string): Expected {
    if (this.#open !== undefined) return valuesOf(this.#open);
    if (assigned !== "") return valuesOf(this.#find(assigned.slice(0, -1)));
    if (this.#hasOptions && word.startsWith("-")) return { kind: "option" };
    if (this.#given.length === 0 && this.#command.commands.length > 0) return { kind: "command" };
    const { registeredArguments: all } = this.#command;
    return valuesOf(all[this.#given.length] ?? all.findLast(({ variadic }) => variadic));
  }

  #takeValue(option: Option, word: string): void {
    if (option.long === "--state-dir") this.#stateDir = word;
    if (!option.variadic) this.#open = undefined;
  }

  #takeOption(word: string): void {
    this.#open = undefined;
    const [, name = "", value] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = name === "" ? this.#lastOfCluster(word) : this.#find(name);
    if (option === undefined || !takesValue(option)) return;
    if (value === undefined) this.#open = option;
    else this.#takeValue(option, value);
  }

  /** `-fn` is `-f -n`, and `-n5` is `-n 5`, after which no value is to come. */
  #lastOfCluster(word: string): Option | undefined {
    const letters = [...word.slice(1)];
    const index = letters.findIndex((letter) => {
      const option = this.#find(`-${letter}`);
      return option !== undefined && takesValue(option);
    });
    return index === letters.length - 1 ? this.#find(`-${letters[index]}`) : undefined;
  }

  #takeArgument(word: string): void {
    const below = this.#given.length > 0 ? undefined : subcommandsOf(this.#command).find((one) => answersTo(one, word));
    if (below === undefined) this.#given.push(word);
    else this.#commands.push(below);
  }

  /** Options of the program are known to every command. */
  #find(flag: string): Option | undefined {
    return this.#commands.flatMap(({ options }) => options).find(({ long, short }) => flag === long || flag === short);
  }
}

/** The commands of a command that its help tells of, `help` among them. */
export function subcommandsOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [] : command.createHelp().visibleCommands(command);
}

function answersTo(command: Command, word: string): boolean {
  return command.name() === word || command.aliases().includes(word);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function valuesOf(taker: Option | Argument | undefined): Expected {
  if (taker === undefined) return { kind: "nothing" };
  const choices = taker.argChoices ?? [];
  if (!("flags" in taker)) return { kind: "value", placeholder: taker.name(), choices };
  // An argument knows its name; that of an option's value stands in its flags only.
  const [, placeholder] = /[<[]([^\]>.]+)/.exec(taker.flags) ?? [];
  return placeholder === undefined ? { kind: "nothing" } : { kind: "value", placeholder, choices };
}
