import type { Context } from "hono";
import type { CommandsRequest, StopsRequest } from "../../gen/drover/v1/management.js";
import type { StopOptions } from "../../process/process.js";
import { durationMs } from "../../units/duration.js";
import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import type { CommandResult, CommandVerb, Selection } from "../command.js";
import { badRequest } from "../decode-request.js";
import { describeProcess } from "../describe-process.js";
import { reportError } from "../error-body.js";
import { requireProcess } from "../find-process.js";
import { httpStatus } from "../http-status.js";
import { type Done, runCommand } from "../run-command.js";

type One = "StartProcess" | "StopProcess" | "RestartProcess" | "KillProcess";
type Several = "StartProcesses" | "StopProcesses" | "RestartProcesses" | "KillProcesses";

/** Start, stop, restart and kill, of one process or of several. */
export function commandHandlers(api: ApiContext): Pick<Handlers, One | Several> {
  return {
    StartProcess: one(api, "start"),
    StartProcesses: several(api, "start"),
    StopProcess: one(api, "stop"),
    StopProcesses: several(api, "stop"),
    RestartProcess: one(api, "restart"),
    RestartProcesses: several(api, "restart"),
    KillProcess: one(api, "kill"),
    KillProcesses: several(api, "kill"),
  };
}

/** What both kinds of request may have beside the names; only a stop has the last two. */
interface Manner {
  readonly wait?: boolean | undefined;
  readonly gracePeriod?: string | undefined;
  readonly signal?: string | undefined;
}

function one({ manager }: ApiContext, verb: CommandVerb) {
  return async ({ name, ...manner }: Manner & { name?: string | undefined }, context: Context) => {
    const process = requireProcess(manager, name ?? "");
    const selection = { names: [process.name] };
    const [done] = await runCommand(manager, { verb, selection, waits: manner.wait !== false, stop: stopOf(manner) });
    if (done === undefined) throw new Error(`cannot happen: nothing was done to ${process.name}`);
    const { error } = done;
    if (error !== undefined) return context.json({ error: reportError(error) }, httpStatus[error.code]);
    if (manner.wait === false) context.status(202);
    return describeDone(done);
  };
}

function several({ manager }: ApiContext, verb: CommandVerb) {
  return async (request: CommandsRequest & StopsRequest, context: Context) => {
    const waits = request.wait !== false;
    const done = await runCommand(manager, { verb, selection: selectionOf(request), waits, stop: stopOf(request) });
    const isDone = done.every(({ error }) => error === undefined);
    if (!isDone) context.status(207);
    else if (!waits) context.status(202);
    return { results: done.map(describeDone) };
  };
}

function describeDone({ name, process, previousPid, error }: Done): CommandResult {
  const pid = process?.pid ?? 0;
  return {
    name,
    changed: pid !== previousPid,
    previousPid,
    pid,
    process: process === undefined ? null : describeProcess(process, undefined),
    error: error === undefined ? null : reportError(error),
  };
}

function selectionOf({ names, group, all }: CommandsRequest): Selection {
  const given = [names !== undefined && names.length > 0, group !== undefined, all === true].filter(Boolean);
  if (given.length === 1) return all === true ? { all } : group === undefined ? { names } : { group };
  throw badRequest('which processes? expected exactly one of "names" (a list), "group" and "all": true');
}

function stopOf({ gracePeriod, signal }: Manner): StopOptions {
  return {
    ...(gracePeriod !== undefined && { gracePeriod: durationMs(gracePeriod, "gracePeriod") }),
    ...(signal !== undefined && { signal: signal as NodeJS.Signals }),
  };
}
