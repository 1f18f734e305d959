import type { Context, Hono } from "hono";
import { parseSignal } from "../../os/signal.js";
import type { StopOptions } from "../../process/process.js";
import { durationMs } from "../../units/duration.js";
import type { ApiContext } from "../api-context.js";
import { type CommandResult, commandVerbs, type Selection } from "../command.js";
import { describeProcess } from "../describe-process.js";
import { reportError } from "../error-body.js";
import { requireProcess } from "../find-process.js";
import { httpStatus } from "../http-status.js";
import {
  badRequest,
  type FieldRule,
  type Fields,
  flagField,
  readFlag,
  readObject,
  requireFields,
  textField,
  textsField,
} from "../request.js";
import { type CommandRequest, type Done, runCommand } from "../run-command.js";

const gracePeriodField: FieldRule = {
  expected: 'a duration such as "5s", or a number of milliseconds',
  holds: (value) => typeof value === "string" || typeof value === "number",
};
const stopFields = { gracePeriod: gracePeriodField, signal: textField } as const;
const selectionFields = { names: textsField, group: textField, all: flagField } as const;

/** Start, stop, restart and kill, of one process or of several. */
export function addCommandRoutes(app: Hono, api: ApiContext): void {
  for (const verb of commandVerbs) {
    const options = verb === "stop" ? stopFields : {};
    app.post(`/api/processes/${verb}`, async (context) => {
      const fields = requireFields(await readObject(context), { ...selectionFields, ...options });
      const results = await run(api, { verb, selection: readSelection(fields), ...manner(context, fields) });
      const isDone = results.every(({ error }) => error === null);
      return context.json({ results }, isDone ? statusOf(context) : 207);
    });
    app.post(`/api/processes/:name/${verb}`, async (context) => {
      const { name } = requireProcess(api.manager, context.req.param("name"));
      const fields = requireFields(await readObject(context), options);
      const [result] = await run(api, { verb, selection: { names: [name] }, ...manner(context, fields) });
      const error = result?.error ?? null;
      return error === null ? context.json(result, statusOf(context)) : context.json({ error }, httpStatus[error.code]);
    });
  }
}

async function run(api: ApiContext, request: CommandRequest): Promise<readonly CommandResult[]> {
  const done = await runCommand(api.manager, request);
  return done.map(describeDone);
}

function manner(context: Context, fields: Fields): Pick<CommandRequest, "waits" | "stop"> {
  return { waits: readFlag(context, "wait"), stop: stopOf(fields) };
}

function statusOf(context: Context): 200 | 202 {
  return readFlag(context, "wait") ? 200 : 202;
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

function readSelection(fields: Fields): Selection {
  const { names, group, all } = fields as Selection;
  const given = [names !== undefined && names.length > 0, group !== undefined, all === true].filter(Boolean);
  if (given.length === 1) return all === true ? { all } : names !== undefined ? { names } : { group };
  throw badRequest('which processes? expected exactly one of "names" (a list), "group" and "all": true');
}

function stopOf({ gracePeriod, signal }: Fields): StopOptions {
  const options: { gracePeriod?: number; signal?: NodeJS.Signals } = {};
  if (gracePeriod !== undefined) options.gracePeriod = durationMs(gracePeriod as number | string, "gracePeriod");
  if (signal !== undefined) options.signal = requireSignal(signal as string);
  return options;
}

/** @throws ProcessError BAD_REQUEST */
export function requireSignal(text: string): NodeJS.Signals {
  const signal = parseSignal(text);
  if (signal !== undefined) return signal;
  throw badRequest(`signal: there is no signal ${JSON.stringify(text)}; expected a name such as SIGTERM, or a number`);
}
