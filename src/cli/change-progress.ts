import type { Client } from "../api/client.js";
import type { CommandResult, CommandVerb, Selection } from "../api/command.js";
import type { ProcessInfo } from "../api/process-info.js";
import { type Progress, withProgress } from "./progress.js";
import { isMeantBy } from "./select-processes.js";
import type { Terminal } from "./terminal.js";

const doing = { start: "starting", stop: "stopping", restart: "restarting", kill: "killing" } as const;

/** What is asked of a manager. */
export interface RequestedCommand {
  readonly verb: CommandVerb;
  readonly selection: Selection;
  readonly options: { readonly wait: boolean; readonly gracePeriod?: string | undefined };
}

/** Has a manager do something, and shows meanwhile how far it is, by what has changed since before. */
export async function commandWithProgress(
  client: Client,
  { verb, selection, options }: RequestedCommand,
  terminal: Terminal,
): Promise<readonly CommandResult[]> {
  const subjects = new Map(
    (await client.list())
      .filter((info) => isSelected(info, verb, selection) && !isDoneBefore(info, verb))
      .map((info) => [info.name, info]),
  );
  const isWaitedFor = (info: ProcessInfo): boolean => {
    const before = subjects.get(info.name);
    return before !== undefined && !isDone(before, info, verb);
  };
  const read = async (cancelSignal: AbortSignal): Promise<Progress> => {
    const waiting = (await client.list({ cancelSignal })).filter(isWaitedFor).map(({ name }) => name);
    return { doing: doing[verb], total: subjects.size, waiting };
  };
  return await withProgress(client.command(verb, selection, options), read, terminal);
}

function isSelected(info: ProcessInfo, verb: CommandVerb, { names = [], group, all = false }: Selection): boolean {
  if (all) return verb === "restart" ? info.desired === "up" : info.enabled;
  return group === undefined ? names.some((name) => isMeantBy(name, info.name)) : info.group === group;
}

function isDoneBefore({ ready, isRunning }: ProcessInfo, verb: CommandVerb): boolean {
  if (verb === "restart") return false;
  return verb === "start" ? ready : !isRunning;
}

function isDone(before: ProcessInfo, now: ProcessInfo, verb: CommandVerb): boolean {
  if (verb === "stop" || verb === "kill") return !now.isRunning;
  return verb === "restart" && now.pid === before.pid ? false : isStarted(before, now);
}

/** A start is over, too, when it has failed, when the program has ended already, and when a job waits for its time. */
function isStarted(before: ProcessInfo, { ready, schedule, lastError, isRunning, exit }: ProcessInfo): boolean {
  const hasEnded = !isRunning && exit !== null && exit.at !== before.exit?.at;
  return ready || hasEnded || schedule !== null || lastError !== "";
}
