import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { Terminal } from "./terminal.js";

interface UpFlags {
  readonly templateDir: string;
  readonly stateDir: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Told the exit code of the command that ran. */
export type OnExit = (code: number) => void;

/** The command line of drover. Commands are loaded when they run: `--help` should not wait for them. */
export function createProgram(terminal: Terminal, onExit: OnExit): Command {
  const program = new Command("drover")
    .description("Runs and watches the processes of a template directory.")
    .version(readVersion())
    .showHelpAfterError("(see `drover --help`)")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText("after", help);
  addUp(program, terminal, onExit);
  addValidate(program, terminal, onExit);
  addAttach(program, terminal, onExit);
  addDoctor(program, terminal, onExit);
  return program;
}

const help = `
Exit codes:
  0 done, 1 the operation failed, 2 bad usage or bad template, 3 no such process or not running, 4 no manager reachable

Examples:
  drover up                            run the templates in ./templates until Ctrl-C
  drover validate templates            check every template file there
  drover doctor                        what runs without a manager, who holds the lock, what is missing
`;

function addUp(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("up")
    .description("start the processes marked runOnStartup, tell every change, stop them all on Ctrl-C")
    .option("--template-dir <dir>", "directory of template files", "templates")
    .option("--state-dir <dir>", "directory for log files, records and the lock", ".drover")
    .option("--json", "one JSON object a line for each change of state")
    .option("--verbose", "also tell when a process only goes to sleep or wakes up")
    .addHelpText("after", upHelp)
    .action(async (options: UpFlags) => {
      const { runUp } = await import("./up.js");
      const { json = false, verbose = false } = options;
      onExit(await runUp({ ...options, json, verbose }, terminal));
    });
}

const upHelp = `
Ctrl-C, SIGTERM or SIGHUP stops every process, the last one first, and exits with 0; a second one kills them.
Output of the processes is appended to logs/NAME.out.log and logs/NAME.err.log in the state directory.

Examples:
  drover up --template-dir deploy/processes
  drover up --json | jq -r 'select(.state == "terminated") | .name'
`;

function addValidate(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("validate")
    .description("check template files, and print every error with its place")
    .argument("<file...>", "template files, or directories of them")
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
`;

function addAttach(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("attach")
    .description("write down a running process under a name, so that `drover up` manages it from its next start on")
    .argument("<name>", "name of the process from now on")
    .argument("<pid>", "its process id")
    .option("--state-dir <dir>", "state directory; no manager may be using it", ".drover")
    .addHelpText("after", attachHelp)
    .action(async (name: string, pid: string, { stateDir }: { stateDir: string }) => {
      const { runAttach } = await import("./attach.js");
      onExit(await runAttach(name, pid, stateDir, terminal));
    });
}

const attachHelp = `
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

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
