import { Argument, type Command, Option } from "commander";
import { type CompletionShell, completionShells, readCompletionScript } from "./completion-script.js";
import { exitCode } from "./exit-code.js";
import type { OnExit } from "./on-exit.js";
import type { Terminal } from "./terminal.js";

/** The command that prints a completion script, and the hidden one that such scripts call. */
export function addCompletion(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("completion")
    .description("print what makes a shell complete commands, options and names; nothing is installed")
    .addArgument(new Argument("<shell>", "which one").choices(completionShells))
    .addHelpText("after", completionHelp)
    .action((shell: CompletionShell) => {
      terminal.out(readCompletionScript(shell).trimEnd());
      onExit(exitCode.done);
    });
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .addOption(new Option("--quoted", "words are as they stand in the line, with their quotes"))
    .allowUnknownOption()
    .action(async (words: string[], { quoted = false }: { quoted?: boolean }) => {
      const { completeLine } = await import("./complete.js");
      for (const line of await completeLine(program, words, { areQuoted: quoted })) terminal.out(line);
      onExit(exitCode.done);
    });
}

const completionHelp = `
Names of processes and groups are those of the manager that runs.

Examples:
  echo 'source <(drover completion bash)' >> ~/.bashrc
  echo 'source <(drover completion zsh)' >> ~/.zshrc               after the line with compinit
  drover completion fish > ~/.config/fish/completions/drover.fish
`;
