import { Argument, type Command, Option } from "commander";
import type { DownFlags } from "./down.js";
import { addForeignOptions } from "./foreign-flags.js";
import type { OnExit } from "./on-exit.js";
import { clientCommand } from "./process-commands.js";
import type { ReloadFlags } from "./reload.js";
import type { StartupFlags } from "./startup.js";
import type { Terminal } from "./terminal.js";
import { logFormats } from "./terminal-logger.js";
import type { UpFlags } from "./up-flags.js";

/** The commands that begin and end a manager, and have it read its templates. */
export function addManagerCommands(program: Command, terminal: Terminal, onExit: OnExit): void {
  addUp(program, terminal, onExit);
  addDown(program, terminal, onExit);
  addReload(program, terminal, onExit);
  addStartup(program, terminal, onExit);
}

function addUp(program: Command, terminal: Terminal, onExit: OnExit): void {
  const up = program
    .command("up")
    .description("start the processes marked runOnStartup, tell every change, stop them all on Ctrl-C")
    .option("--template-dir <dir>", "directory of template files", "templates")
    .option("--state-dir <dir>", "directory for log files, records and the lock", ".drover")
    .option(
      "--config <file>",
      "options and templates, or the file of another system (default: drover.config.json, .yaml or .js here, if there is one)",
    );
  addForeignOptions(up)
    .option("--detach", "go on in the background, until `drover down`")
    .option("--dev", "restart every process when files in its working directory change")
    .option(
      "--watch-templates",
      "act on changes of template files by itself; the file of --config is read anew by `drover reload` only",
    )
    .option("--listen <host:port>", "can be reached over TCP, too, with a token")
    .option("--listen-public", "the address of --listen may be one that others can reach")
    .option("--token-file <file>", "file with the token (default: api-token in the state directory, which is made)")
    .option("--no-logs", "do not show what the processes write")
    .option("--no-log-prefix", "show it without the names of the processes")
    .option("-t, --timestamps", "show it with the time it was seen")
    .addOption(
      new Option("--log-format <format>", "of warnings, errors and echoed lines").choices(logFormats).default("plain"),
    )
    .option("--json", "one JSON object a line for each change of state, and not what the processes write")
    .option("--verbose", "also tell when a process only goes to sleep or wakes up")
    .addHelpText("after", upHelp)
    .action(async (flags: UpFlags, command: Command) => {
      const { resolveUpFlags } = await import("./up-flags.js");
      const options = await resolveUpFlags(flags, (name) => command.getOptionValueSource(name) === "cli");
      if (options.report !== undefined) {
        const { tellReport } = await import("./tell-report.js");
        tellReport(options.report, flags, terminal);
      }
      if (flags.detach === true) {
        const { runDetached } = await import("./up-detached.js");
        return onExit(await runDetached(options, terminal));
      }
      const { runUp } = await import("./up.js");
      onExit(await runUp(options, terminal));
    });
}

const upHelp = `
Ctrl-C, SIGTERM or SIGHUP stops every process, the last one first, and exits with 0; a second one kills them.
What the processes write is appended to logs/NAME.out.log and logs/NAME.err.log in the state directory, and shown from there; with
--detach what drover itself has to tell goes to drover.log there. --log-format full writes warnings and errors as
"[time] level: text", and lines of processes with logs.echo as "[time] level: [name] STDOUT: text".

A configuration file has any of these options by its name in the form templateDir, env for all processes, and templates, a list of them.
What is given here wins over it. Its paths are relative to it. A drover.config.js, .mjs or .cjs is run, and exports an object by default.
--config also takes the file of another process manager, such as ecosystem.config.js (with --allow-js) or process-compose.yaml.

Examples:
  drover up --template-dir deploy/processes
  drover up --config deploy/drover.config.yaml
  drover up --detach && drover wait web
  drover up --json | jq -r 'select(.state == "terminated") | .name'
`;

function addDown(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "down", "stop all processes of a manager, and end it")
    .option("--keep", "leave detached processes running, for the next manager")
    .addHelpText("after", downHelp)
    .action(async (flags: DownFlags) => {
      const { runDown } = await import("./down.js");
      onExit(await runDown(flags, terminal));
    });
}

const downHelp = `
Processes stop in the reverse order of what they depend on. Attached ones are left running. The next \`drover up\` starts
again what is marked with runOnStartup.

Examples:
  drover down
  drover down --keep && drover up --detach    a new drover, while detached processes run on
`;

function addStartup(program: Command, terminal: Terminal, onExit: OnExit): void {
  program
    .command("startup")
    .description("print what makes an init system run `drover up`; nothing is installed")
    .addArgument(new Argument("<system>", "which one").choices(["systemd"]))
    .option("--template-dir <dir>", "directory of template files", "templates")
    .option("--state-dir <dir>", "directory for log files, records and the lock", ".drover")
    .option("--user", "for the systemd of a user, not of the machine")
    .addHelpText("after", startupHelp)
    .action(async (_system: string, flags: StartupFlags) => {
      const { runStartup } = await import("./startup.js");
      onExit(runStartup(flags, terminal));
    });
}

const startupHelp = `
Examples:
  drover startup systemd --user > ~/.config/systemd/user/drover.service
  systemctl --user enable --now drover
`;

function addReload(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "plan", "tell what `reload` would do, without doing it")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", planHelp)
    .action(async (flags: ReloadFlags) => {
      const { runPlan } = await import("./reload.js");
      onExit(await runPlan(flags, terminal));
    });
  clientCommand(program, "reload", "read the templates anew, and start, restart, change or stop what follows from it")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", reloadHelp)
    .action(async (flags: ReloadFlags) => {
      const { runReload } = await import("./reload.js");
      onExit(await runReload(flags, terminal));
    });
}

const planHelp = `
Examples:
  drover plan
  drover plan --json | jq -r '.items[] | select(.action == "restart") | .name'
`;

const reloadHelp = `
A template that is not valid any more keeps what runs of it, and is told with exit code 2.

Examples:
  drover validate templates && drover reload
`;
