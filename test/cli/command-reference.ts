import type { Argument, Command, Option } from "commander";
import { createProgram } from "../../src/cli/program.js";
import type { Terminal } from "../../src/cli/terminal.js";

/** The reference of `docs/cli.md`: every command that help tells of, as help tells it. */
export function describeCommands(): string {
  const written: string[] = [];
  const terminal = { out: (text: string) => written.push(text) } as unknown as Terminal;
  const program = createProgram(terminal, () => undefined);
  const epilogueOf = (command: Command): string => {
    written.length = 0;
    command.outputHelp();
    // The first part is what commander makes of the command itself.
    return written.slice(1).join("\n").trim();
  };
  const commands = commandsOf(program).filter(({ commands: below }) => below.length === 0);
  const globals = program.createHelp().visibleOptions(program).map(describeOption);
  return [
    ["| option of every command | meaning |", "| --- | --- |", ...globals].join("\n"),
    ...commands.map((command) => describeCommand(command, epilogueOf(command))),
  ].join("\n\n");
}

function commandsOf(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((below) => below.name() !== "help");
}

function describeCommand(command: Command, epilogue: string): string {
  const help = command.createHelp();
  const parameters = [
    ...help.visibleArguments(command).map(describeArgument),
    ...help.visibleOptions(command).filter(isOwn).map(describeOption),
  ];
  const parts = [`### Usage of \`drover ${command.name()}\``, `\`${help.commandUsage(command)}\``];
  parts.push(`${sentence(command.description())}`);
  if (parameters.length > 0) parts.push(["| | |", "| --- | --- |", ...parameters].join("\n"));
  if (epilogue !== "") parts.push(`\`\`\`text\n${epilogue}\n\`\`\``);
  return parts.join("\n\n");
}

function isOwn({ long }: Option): boolean {
  return long !== "--help";
}

function describeArgument(argument: Argument): string {
  const { required, variadic, description, argChoices = [] } = argument;
  const name = `${argument.name()}${variadic ? "..." : ""}`;
  return row(required ? `<${name}>` : `[${name}]`, withChoices(description, argChoices));
}

function describeOption({ flags, description, defaultValue, negate, argChoices = [] }: Option): string {
  const preset = typeof defaultValue === "string" && !negate ? ` (default: \`${defaultValue}\`)` : "";
  return row(flags, `${withChoices(description, argChoices)}${preset}`);
}

function withChoices(text: string, choices: readonly string[]): string {
  return choices.length === 0 ? text : `${text}: ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
}

function row(name: string, text: string): string {
  return `| \`${name}\` | ${text.replaceAll("|", "\\|").replaceAll(/<[^>]+>/g, "`$&`")} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
