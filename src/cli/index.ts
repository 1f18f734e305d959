import type { Command } from "commander";
import { HostCommand } from "./host-command.js";
import { isDebugging } from "./is-debugging.js";
import { addPsCommands } from "./process-commands.js";
import { openTerminal } from "./terminal.js";
import { tellUsageErrors } from "./usage-error.js";

/** How the commands for processes are part of another program. */
export interface PsCommandOptions {
  /** State directory of the manager where none is given with `--state-dir`. @default `.drover` here or in a directory above */
  readonly stateDir?: string | undefined;
  /** @default "ps" */
  readonly name?: string | undefined;
}

/**
 * A command with `list`, `start`, `stop`, `restart`, `status` and `logs`, for any program made with commander 14:
 * `program.addCommand(psCommand())`. It talks to the manager that `drover up` runs. Its exit code goes to `process.exitCode`; it never ends
 * the program, listens to no signals, and never rejects.
 */
export function psCommand({ stateDir, name = "ps" }: PsCommandOptions = {}): Command {
  const terminal = openTerminal({ isOwn: false, isDebugging: () => isDebugging() });
  const onExit = (code: number): void => {
    process.exitCode = code;
  };
  const command = new HostCommand(name, terminal, onExit).description("list, start, stop, restart processes");
  addPsCommands(command, terminal, onExit);
  tellUsageErrors(command);
  for (const below of command.commands) if (stateDir !== undefined) presetStateDir(below, stateDir);
  return command;
}

function presetStateDir(command: Command, stateDir: string): void {
  command.options.find(({ long }) => long === "--state-dir")?.default(stateDir);
  command.setOptionValueWithSource("stateDir", stateDir, "default");
}
