import type { Command } from "commander";
import type { ProcessInfo } from "../api/process-info.js";
import { signalNames } from "../os/signal.js";
import { findPosition, type Position, subcommandsOf } from "./command-line.js";
import { connect } from "./connect.js";
import { unquoteWord } from "./unquote-word.js";

/** What may stand at the end of a command line, and what a shell may show beside it. */
interface Candidate {
  readonly value: string;
  readonly text: string;
}

/** Candidates, or that the shell knows better than we do what may stand there. */
type Completion = readonly Candidate[] | "files" | "directories";

/** A shell must not wait for a manager that does not answer. */
const longestMs = 1000;

/**
 * The lines the completion scripts read: a value, a tab, a text about it. A line without a value tells the shell to complete files
 * or directories itself. Never rejects; nothing is known is no line.
 */
export async function completeLine(
  program: Command,
  words: readonly string[],
  { areQuoted }: { readonly areQuoted: boolean },
): Promise<readonly string[]> {
  const plain = areQuoted ? words.map(unquoteWord) : words;
  try {
    const position = findPosition(program, plain);
    const completion = await completionAt(position);
    if (typeof completion === "string") return [`\t${completion}`];
    const typed = (plain.at(-1) ?? "").slice(position.prefix.length);
    return completion
      .filter(({ value }) => value.startsWith(typed) && isPlain(value))
      .map(({ value, text }) => `${position.prefix}${value}\t${text.replaceAll(/\p{Cc}+/gu, " ")}`);
  } catch {
    return [];
  }
}

/** What has a control character in it cannot be told line by line, and is nothing to type either. */
function isPlain(value: string): boolean {
  return value !== "" && !/\p{Cc}/u.test(value);
}

async function completionAt(position: Position): Promise<Completion> {
  const { expected, commands } = position;
  const command = commands.at(-1) as Command;
  if (expected.kind === "command") return describeCommands(command);
  if (expected.kind === "option") return describeOptions(command);
  if (expected.kind === "nothing") return [];
  if (expected.choices.length > 0) return expected.choices.map((value) => ({ value, text: "" }));
  return (await sources[expected.placeholder]?.(position)) ?? [];
}

function describeCommands(command: Command): readonly Candidate[] {
  return subcommandsOf(command).map((one) => ({ value: one.name(), text: one.description() }));
}

function describeOptions(command: Command): readonly Candidate[] {
  const help = command.createHelp();
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  return options.map(({ long, short = "", description }) => ({ value: long ?? short, text: description }));
}

/** Where values come from, by the word that usages have for them. Others, such as a number, nobody can guess. */
const sources: Readonly<Record<string, (position: Position) => Completion | Promise<Completion>>> = {
  name: processNames,
  names: processNames,
  group: groups,
  signal: () => signalNames.map((name) => ({ value: name.replace(/^SIG/, ""), text: "" })),
  command: ({ commands: [program] }) => (program === undefined ? [] : describeCommands(program)),
  dir: () => "directories",
  file: () => "files",
};

async function processNames(position: Position): Promise<readonly Candidate[]> {
  const processes = (await listOf(position)).filter(({ name }) => !position.given.includes(name));
  return processes.map(({ name, state, title }) => ({
    value: name,
    text: title === "" ? state : `${state}, ${title}`,
  }));
}

async function groups(position: Position): Promise<readonly Candidate[]> {
  const counts = new Map<string, number>();
  for (const { group } of await listOf(position)) counts.set(group, (counts.get(group) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, text: `${count} ${count === 1 ? "process" : "processes"}` }));
}

async function listOf({ stateDir }: Position): Promise<readonly ProcessInfo[]> {
  const client = connect(stateDir === undefined ? {} : { stateDir });
  return await client.list({ cancelSignal: AbortSignal.timeout(longestMs) });
}
