import type { Command } from "commander";
import { pathOf } from "./command-path.js";

/** Has a command and all below it tell wrong use in one line, which ends with what to do. */
export function tellUsageErrors(command: Command): void {
  // Asked for when it happens: the command may be part of another program by then.
  const fix = (): string => `\`${pathOf(command)} --help\` shows what there is`;
  command.configureOutput({ outputError: (text, write) => write(`${oneLine(text)}; ${fix()}\n`) });
  for (const below of command.commands) tellUsageErrors(below);
}

/** Commander asks in a second line whether another word was meant. */
function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/[.]$/, "");
}
