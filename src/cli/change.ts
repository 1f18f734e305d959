import type { Client } from "../api/client.js";
import type { CommandResult, CommandVerb, Selection } from "../api/command.js";
import { ProcessError } from "../errors.js";
import type { RequestedCommand } from "./change-progress.js";
import { type ClientFlags, connect } from "./connect.js";
import { describeExitInfo, describeMoment } from "./describe-info.js";
import { exitCode, exitCodeOf } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

export interface ChangeFlags extends ClientFlags {
  readonly group?: string;
  readonly all?: boolean;
  /** False with --no-wait. */
  readonly wait?: boolean;
  readonly gracePeriod?: string;
  readonly json?: boolean;
}

/** Starts, stops, restarts or kills processes; gives the exit code. */
export async function runChange(
  verb: CommandVerb,
  names: readonly string[],
  { wait = true, gracePeriod, json = false, group, all, stateDir }: ChangeFlags,
  terminal: Terminal,
): Promise<number> {
  const selection = selectionOf(names, group, all);
  const flags = stateDir === undefined ? {} : { stateDir };
  const requested = { verb, selection, options: { wait, gracePeriod } };
  const results = await ask(connect(flags), requested, json ? undefined : terminal);
  if (json) terminal.out(JSON.stringify({ results }, null, 2));
  else if (results.length === 0) terminal.err(`there is no process to ${verb}`);
  for (const result of results) {
    if (result.error !== null) terminal.fail(result.error);
    else if (!json) terminal.out(describeResult(requested, result));
  }
  return codeOf(results);
}

function describeResult({ verb, options }: RequestedCommand, result: CommandResult): string {
  return options.wait ? describeChanged(verb, result) : `${result.name}: ${verb} is under way`;
}

/** With a line about how far it is where there is a terminal for it. */
async function ask(
  client: Client,
  requested: RequestedCommand,
  terminal: Terminal | undefined,
): Promise<readonly CommandResult[]> {
  const { verb, selection, options } = requested;
  if (terminal?.progress === undefined || !options.wait) return await client.command(verb, selection, options);
  const { commandWithProgress } = await import("./change-progress.js");
  return await commandWithProgress(client, requested, terminal);
}

function selectionOf(names: readonly string[], group: string | undefined, all: boolean | undefined): Selection {
  const given = [names.length > 0, group !== undefined, all === true].filter(Boolean).length;
  if (given === 1) return names.length > 0 ? { names } : group === undefined ? { all: true } : { group };
  const text = given === 0 ? "which processes?" : "names, --group and --all exclude each other:";
  throw new ProcessError("BAD_REQUEST", `${text} expected names, --group GROUP or --all; \`drover list\` shows them`);
}

const done = { start: "started", stop: "stopped", restart: "restarted", kill: "killed" } as const;

function describeChanged(verb: CommandVerb, result: CommandResult): string {
  const { name, previousPid, pid } = result;
  if (verb === "stop" || verb === "kill") {
    return previousPid === 0 ? `${name} did not run` : `${done[verb]} ${name} (pid ${previousPid})`;
  }
  if (pid === 0) return describeAbsent(verb, result);
  if (pid === previousPid) return `${name} runs already (pid ${pid})`;
  return `${done[verb]} ${name} (pid ${previousPid === 0 ? pid : `${previousPid} → ${pid}`})`;
}

/** What was started and does not run: a job waits for its time, another one was quick. */
function describeAbsent(verb: "start" | "restart", { name, process }: CommandResult): string {
  if (process?.schedule != null) {
    const { nextRun } = process.schedule;
    return `armed ${name}${nextRun === null ? "" : `; it runs next at ${describeMoment(nextRun)}`}`;
  }
  const end = process?.exit == null ? "does not run any more" : `has ended (${describeExitInfo(process.exit)})`;
  return `${done[verb]} ${name}, which ${end}`;
}

/** The code all failures have in common; else that the operation failed. */
function codeOf(results: readonly CommandResult[]): number {
  const codes = new Set(results.flatMap(({ error }) => (error === null ? [] : [exitCodeOf(error.code)])));
  const [only = exitCode.done] = codes;
  return codes.size > 1 ? exitCode.failed : only;
}
