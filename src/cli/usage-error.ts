import type { Command } from "commander";

/** Has a command and all below it tell wrong use in one line, which ends with what to do. */
export function tellUsageErrors(command: Command): void {
  const fix = `\`${pathOf(command)} --help\` shows what there is`;
  command.configureOutput({ outputError: (text, write) => write(`${oneLine(text)}; ${fix}\n`) });
  for (const below of command.commands) tellUsageErrors(below);
}

/** Such as `drover ps list`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Commander asks in a second line whether another word was meant. */
function oneLine(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/[.]$/, "");
}
