import { Command, type Option } from "commander";
import { addCompletion } from "./completion-commands.js";
import { addFormatCommands } from "./format-commands.js";
import { addManagerCommands } from "./manager-commands.js";
import type { OnExit } from "./on-exit.js";
import { addProcessCommands, addPsCommands } from "./process-commands.js";
import { readVersion } from "./read-version.js";
import type { Terminal } from "./terminal.js";
import { tellUsageErrors } from "./usage-error.js";

/** The command line of drover. Commands are loaded when they run: `--help` should not wait for them. */
export function createProgram(terminal: Terminal, onExit: OnExit): Command {
  const program = new Command("drover")
    .description("Runs and watches the processes of a template directory.")
    .version(readVersion())
    .option("--debug", "tell errors with their stack and what caused them; also DROVER_DEBUG=1")
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText("after", help);
  addManagerCommands(program, terminal, onExit);
  addProcessCommands(program, terminal, onExit);
  addValidate(program, terminal, onExit);
  addFormatCommands(program, terminal, onExit);
  addAttach(program, terminal, onExit);
  addDoctor(program, terminal, onExit);
  const ps = program
    .command("ps")
    .description("list, start, stop, restart processes: the same as without `ps`")
    .addHelpText("after", psHelp);
  addPsCommands(ps, terminal, onExit);
  addCompletion(program, terminal, onExit);
  tellUsageErrors(program);
  return program;
}

/** Options of the program that every command takes. */
function visibleGlobalOptions(command: Command): Option[] {
  const above = command.parent === null ? [] : command.parent.options;
  const others = command.parent === null ? [] : visibleGlobalOptions(command.parent);
  return [...above.filter(({ long }) => long !== "--version"), ...others];
}

const help = `
Exit codes:
  0 done, 1 the operation failed, 2 bad usage or bad template, 3 no such process or not running, 4 no manager reachable

Examples:
  drover up                            run the templates in ./templates until Ctrl-C
  drover up --detach                   the same in the background, until \`drover down\`
  drover list                          what runs, from another terminal
  drover list --watch                  the same, always up to date
  drover restart web                   restart one process
  drover explain web                   why it does not run, or is not ready
  drover validate templates            check every template file there
  drover doctor                        what runs without a manager, who holds the lock, what is missing
`;

const psHelp = `
Examples:
  drover ps list
  drover ps restart web
`;

function addValidate(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("validate")
    .description("check template and configuration files, and print every error with its place")
    .argument("<file...>", "template files, directories of them, or drover.config files")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", validateHelp)
    .action(async (paths: string[], { json = false }: { json?: boolean }) => {
      const { runValidate } = await import("./validate.js");
      onExit(await runValidate(paths, { json }, terminal));
    });
}

const validateHelp = `
Exits with 0 when everything is valid, with 2 when something is not.

Examples:
  drover validate templates/web.yaml
  drover validate --json templates
  drover validate drover.config.yaml
`;

function addAttach(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("attach")
    .description("manage a running process under a name, now or from the next `drover up` on")
    .argument("<new-name>", "name of the process from now on")
    .argument("<pid>", "its process id")
    .option("--state-dir <dir>", "state directory (default: .drover here or in a directory above)")
    .addHelpText("after", attachHelp)
    .action(async (name: string, pid: string, { stateDir }: { stateDir?: string }) => {
      const { runAttach } = await import("./attach.js");
      onExit(await runAttach(name, pid, stateDir, terminal));
    });
}

const attachHelp = `
Where a manager runs, it watches the process from now on; else the process is written down for the next one.
The process is known by its start time, not by its number alone: if the number is given to another process, that one is
left alone. Nothing is signalled, and drover never ends it when a manager ends.

Examples:
  drover attach db 4242
`;

function addDoctor(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("doctor")
    .description("tell what is wrong with the state directory and this machine")
    .option("--state-dir <dir>", "state directory", ".drover")
    .option("--stop <name...>", "end these processes, which run on without a manager")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", doctorHelp)
    .action(async ({ stateDir, stop, json = false }: { stateDir: string; stop?: string[]; json?: boolean }) => {
      const { runDoctor, stopOrphans } = await import("./doctor.js");
      onExit(
        await (stop === undefined ? runDoctor({ stateDir, json }, terminal) : stopOrphans(stop, stateDir, terminal)),
      );
    });
}

const doctorHelp = `
Looks at the lock, the records, processes that run on without a manager, limits and programs, and changes nothing.
A process that cannot be proven to be ours is reported and never touched. \`drover up\` adopts what runs on; --stop ends it.
Exits with 0 when nothing wants doing, else with 1.

Examples:
  drover doctor
  drover doctor --stop web worker
`;
