import { type Command, Option } from "commander";
import { type CommandVerb, commandVerbs } from "../api/command.js";
import type { ChangeFlags } from "./change.js";
import { helpOf } from "./command-path.js";
import type { ClientFlags } from "./connect.js";
import type { ListFlags } from "./list.js";
import type { LogsFlags } from "./logs.js";
import type { OnExit } from "./on-exit.js";
import type { WaitFlags } from "./single.js";
import type { StatusFlags } from "./status.js";
import type { Terminal } from "./terminal.js";

/** The commands about processes of a manager that runs. */
export function addProcessCommands(program: Command, terminal: Terminal, onExit: OnExit): void {
  addPsCommands(program, terminal, onExit);
  addChange(program, "kill", terminal, onExit);
  addSignal(program, terminal, onExit);
  addWait(program, terminal, onExit);
  addScale(program, terminal, onExit);
  addExplain(program, terminal, onExit);
}

/** Those that `drover ps` has, too. */
export function addPsCommands(program: Command, terminal: Terminal, onExit: OnExit): void {
  addList(program, terminal, onExit);
  addStatus(program, terminal, onExit);
  for (const verb of commandVerbs) if (verb !== "kill") addChange(program, verb, terminal, onExit);
  addLogs(program, terminal, onExit);
}

/** A command that talks to a manager. */
export function clientCommand(program: Command, name: string, description: string): Command {
  const stateDir = "state directory of the manager (default: .drover here or in a directory above)";
  return program.command(name).description(description).option("--state-dir <dir>", stateDir);
}

function addList(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "list", "list processes and how they are")
    .alias("ls")
    .argument("[name...]", "names of processes or templates, or patterns such as 'web-*' (default: all)")
    .option("--group <group>", "only those of a group")
    .option("-w, --watch", "show them anew at every change, until Ctrl-C")
    .option("--json", "the result as one JSON document; with --watch one a line")
    .addHelpText("after", helpOf(listHelp))
    .action(async (names: string[], flags: ListFlags) => {
      const { runList } = await import("./list.js");
      onExit(await runList(names, flags, terminal));
    });
}

const listHelp = `
A terminal that is too narrow for all columns gets the more important ones. With --watch the table stays in its place on a
terminal; elsewhere a new one is printed when a process has changed. It goes on when the manager is started anew.

Examples:
  drover list 'web-*' --group backend
  drover list --watch
  drover list --watch --json | jq '.processes | length'
`;

function addStatus(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "status", "tell everything about one process, with its last crash")
    .argument("<name>", "name of the process")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", helpOf(statusHelp))
    .action(async (name: string, flags: StatusFlags) => {
      const { runStatus } = await import("./status.js");
      onExit(await runStatus(name, flags, terminal));
    });
}

const statusHelp = `
Examples:
  drover status web
  drover status web --json | jq .lastCrash
`;

const descriptions = {
  start: "start processes, and wait until they are ready",
  stop: "stop processes, and wait until nothing of them is left",
  restart: "stop processes if they run, and start them",
  kill: "end processes with SIGKILL",
} as const satisfies Record<CommandVerb, string>;

function addChange(program: Command, verb: CommandVerb, terminal: Terminal, onExit: OnExit): void {
  const command = clientCommand(program, verb, descriptions[verb])
    .argument("[name...]", "names of processes or of templates; * and ? stand for any text and any character")
    .option("--group <group>", "all of a group, in the order of what they depend on")
    .option("--all", "all processes")
    .option("--no-wait", "do not wait until it is done")
    .option("--json", "the result as one JSON document");
  if (verb === "stop") command.option("--grace-period <duration>", "time to end by themselves, such as 10s");
  command.addHelpText("after", helpOf(changeHelp(verb))).action(async (names: string[], flags: ChangeFlags) => {
    const { runChange } = await import("./change.js");
    onExit(await runChange(verb, names, flags, terminal));
  });
}

function changeHelp(verb: CommandVerb): string {
  return `
Exits with 0 when it was done for all of them, with 3 when there is none of a name, else with 1.

Examples:
  drover ${verb} web worker
  drover ${verb} 'web-*'
  drover ${verb} --group backend
`;
}

function addLogs(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "logs", "show what processes have written")
    .argument("[names...]", "names of processes or templates, or patterns such as 'web-*' (default: all)")
    .option("--group <group>", "those of a group")
    .option("--all", "all processes, which is what is meant without names and --group")
    .option("-n, --lines <number>", "how many of the last lines of each", "100")
    .option("-f, --follow", "then each new line, across restarts, until Ctrl-C")
    .addOption(new Option("--stdout", "only standard output").conflicts("stderr"))
    .option("--stderr", "only standard error")
    .option("--since <when>", "only lines seen since then: how long ago, such as 10m, or a time")
    .option("--until <when>", "only lines seen before then")
    .option("--grep <expression>", "only lines this matches: a regular expression in the syntax of RE2")
    .option("-t, --timestamps", "with the time each line was seen")
    .option("--no-log-prefix", "several processes: without their names before the lines")
    .addOption(new Option("--clear", "throw away what they have written").conflicts("follow"))
    .option("--json", "one JSON object a line")
    .addHelpText("after", helpOf(logsHelp))
    .action(async (names: string[], flags: LogsFlags) => {
      const { runLogs } = await import("./logs.js");
      onExit(await runLogs(names, flags, terminal));
    });
}

const logsHelp = `
Lines of several processes are ordered by the time they were seen, and begin with the name of their process.

Examples:
  drover logs web
  drover logs -f --group backend
  drover logs web --since 10m --grep 'error|warn'
  drover logs --clear web
`;

function addSignal(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "signal", "send a signal to a process itself, not to what it has started")
    .argument("<signal>", "name or number, such as HUP")
    .argument("<name>", "name of the process")
    .addHelpText("after", helpOf(signalHelp))
    .action(async (signal: string, name: string, flags: ClientFlags) => {
      const { runSignal } = await import("./single.js");
      onExit(await runSignal(signal, name, flags, terminal));
    });
}

const signalHelp = `
Examples:
  drover signal HUP web
  drover signal 10 web
`;

function addWait(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "wait", "wait until a process is ready, or has exited")
    .argument("<name>", "name of the process")
    .addOption(new Option("--for <what>", "what is waited for").choices(["ready", "exited"]).default("ready"))
    .option("--timeout <duration>", "how long at most, such as 30s (default: for ever)")
    .addHelpText("after", helpOf(waitHelp))
    .action(async (name: string, flags: WaitFlags) => {
      const { runWait } = await import("./single.js");
      onExit(await runWait(name, flags, terminal));
    });
}

const waitHelp = `
Exits with 3 when the process is not going to be ready, or does not run, and with 1 after --timeout.

Examples:
  drover start --no-wait web && drover wait web --timeout 30s
  drover wait import --for exited
`;

function addScale(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "scale", "change how many processes there are of a template")
    .argument("<name>", "name of the template")
    .argument("<instances>", "how many, from 1 up")
    .addHelpText("after", helpOf(scaleHelp))
    .action(async (name: string, instances: string, flags: ClientFlags) => {
      const { runScale } = await import("./single.js");
      onExit(await runScale(name, instances, flags, terminal));
    });
}

const scaleHelp = `
Several are named NAME-1, NAME-2 and so on. What is not needed any more is stopped, and forgotten.

Examples:
  drover scale worker 4
`;

function addExplain(program: Command, terminal: Terminal, onExit: OnExit): void {
  clientCommand(program, "explain", "tell why a process does not run, is not ready, or waits")
    .argument("<name>", "name of the process")
    .option("--json", "the result as one JSON document")
    .addHelpText("after", helpOf(explainHelp))
    .action(async (name: string, flags: StatusFlags) => {
      const { runExplain } = await import("./single.js");
      onExit(await runExplain(name, flags, terminal));
    });
}

const explainHelp = `
Examples:
  drover explain web
  drover explain web --json | jq -r .summary
`;
