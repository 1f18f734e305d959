import { ProcessError } from "../errors.js";
import type { ShutdownRequest, ShutdownResult } from "./api-context.js";
import type { CommandOptions, CommandResult, CommandVerb, Selection } from "./command.js";
import type { LogLineInfo } from "./event-info.js";
import { readEvents, type ServerEvent } from "./event-stream.js";
import { type Address, exchange } from "./exchange.js";
import type { ExplanationInfo } from "./explanation-info.js";
import type { ManagerInfo } from "./manager-info.js";
import type { PlanInfo } from "./plan-info.js";
import type { ProcessInfo } from "./process-info.js";
import type { WaitGoal } from "./wait-for.js";

/** What a method may take. */
export interface CallOptions {
  /** Aborted: the method rejects with ABORTED. What was asked of the manager goes on there. */
  readonly cancelSignal?: AbortSignal | undefined;
}

/** What of a process is waited for. */
export interface WaitOptions extends CallOptions {
  /** @default "ready" */
  readonly for?: WaitGoal | undefined;
  /** As text such as `10s`. @default for ever */
  readonly timeout?: string | undefined;
}

/** Which lines of a log. */
export interface LogOptions {
  /** How many of the last ones. @default 100 */
  readonly lines?: number | undefined;
  /** @default both */
  readonly stream?: "stdout" | "stderr" | undefined;
  /** Only lines seen since then: how long ago, such as `10m`, or a time such as `2026-01-31T12:00:00Z`. */
  readonly since?: string | undefined;
  /** Only lines seen before then. */
  readonly until?: string | undefined;
  /** Only lines this matches: a regular expression in the syntax of RE2. */
  readonly grep?: string | undefined;
}

/** Where a stream of events begins. */
export interface FollowOptions extends CallOptions {
  /** The `id` of the last event that was seen: those after it come, as far as they are kept. */
  readonly lastEventId?: string | undefined;
}

/**
 * A manager in another program. Every method rejects with UNREACHABLE when no manager answers, with ABORTED by its `cancelSignal`, and
 * with the error the manager tells, such as PROCESS_NOT_FOUND.
 */
export interface Client {
  manager(options?: CallOptions): Promise<ManagerInfo>;
  list(options?: CallOptions): Promise<readonly ProcessInfo[]>;
  get(name: string, options?: CallOptions): Promise<ProcessInfo>;
  /** Does something to one or several processes; one result for each. A failure for one of them is in its result. */
  command(
    verb: CommandVerb,
    selection: Selection,
    options?: CommandOptions & CallOptions,
  ): Promise<readonly CommandResult[]>;
  /** Sends a signal to a process itself, not to its tree. Rejects with ILLEGAL_STATE when it does not run. */
  signal(name: string, signal: string, options?: CallOptions): Promise<void>;
  /**
   * Resolves when it is ready, or has exited. Rejects with ILLEGAL_STATE when that is not going to happen, and with ABORTED
   * after its `timeout`.
   */
  wait(name: string, options?: WaitOptions): Promise<ProcessInfo>;
  /** Changes how many processes there are of a template; gives them. */
  scale(name: string, instances: number, options?: CallOptions): Promise<readonly ProcessInfo[]>;
  /**
   * The last lines a process has written, oldest first; of several, as many of each, by their times. Rejects with UNSUPPORTED when
   * no output of them is kept.
   */
  logs(subject: string | Selection, options?: LogOptions & CallOptions): Promise<readonly LogLineInfo[]>;
  /**
   * The last lines a process or several have written, then each new one, across restarts; ends with the manager. Throws like the
   * other methods, and UNREACHABLE when the connection breaks: with the `id` of the last event it then goes on where it was.
   */
  followLogs(subject: string | Selection, options?: LogOptions & FollowOptions): AsyncIterable<ServerEvent>;
  /** Throws away what a process or several have written, the rotated files included; gives their names. */
  clearLogs(subject: string | Selection, options?: CallOptions): Promise<readonly string[]>;
  /** What is, as an event `snapshot`, then every change; ends, throws and goes on like `followLogs`. */
  followEvents(options?: FollowOptions): AsyncIterable<ServerEvent>;
  explain(name: string, options?: CallOptions): Promise<ExplanationInfo>;
  /** Makes a process from a template in its JSON form; nothing starts. Rejects with INVALID_TEMPLATE, NAME_TAKEN. */
  create(template: object, options?: CallOptions): Promise<ProcessInfo>;
  /**
   * Manages a running process under a name from now on. Rejects with NO_SUCH_PID, NOT_PERMITTED, NAME_TAKEN, and ILLEGAL_STATE for the
   * manager itself and for what is managed already.
   */
  attach(name: string, pid: number, options?: CallOptions): Promise<ProcessInfo>;
  /** Forgets a process without stopping it. */
  delete(name: string, options?: CallOptions): Promise<void>;
  /** What `reload` would do now. */
  plan(options?: CallOptions): Promise<PlanInfo>;
  /** Reads the template directory anew and does what follows from it. */
  reload(options?: CallOptions): Promise<PlanInfo>;
  /** Ends the manager and its processes; resolves when that is done. */
  shutdown(request?: Partial<ShutdownRequest> & CallOptions): Promise<ShutdownResult>;
}

/** A client of the manager that listens at an address. Nothing is sent before a method is called. */
export function createClientAt(address: Address): Client {
  const call = async <Answer>(
    [method, path]: readonly ["GET" | "POST" | "DELETE", string],
    { cancelSignal }: CallOptions = {},
    body?: unknown,
  ): Promise<Answer> => (await exchange(address, { method, path, body, cancelSignal })) as Answer;

  return {
    manager: async (options) => await call(["GET", "/api/manager"], options),
    list: async (options) =>
      (await call<{ processes: readonly ProcessInfo[] }>(["GET", "/api/processes"], options)).processes,
    get: async (name, options) => await call(["GET", pathOf(name)], options),
    command: async (verb, selection, { wait = true, cancelSignal, ...rest } = {}) => {
      const path = `/api/processes/${verb}?wait=${wait}`;
      const body = { ...selection, ...rest };
      return (await call<{ results: readonly CommandResult[] }>(["POST", path], { cancelSignal }, body)).results;
    },
    signal: async (name, signal, options) => await call(["POST", pathOf(name, "/signal")], options, { signal }),
    wait: async (name, { for: goal = "ready", timeout, ...options } = {}) => {
      const query = timeout === undefined ? "" : `&timeout=${encodeURIComponent(timeout)}`;
      return await call(["GET", `${pathOf(name, "/wait")}?for=${goal}${query}`], options);
    },
    scale: async (name, instances, options) => {
      const answer = call<{ processes: readonly ProcessInfo[] }>(["POST", pathOf(name, "/scale")], options, {
        instances,
      });
      return (await answer).processes;
    },
    logs: async (subject, { cancelSignal, ...options } = {}) =>
      (await call<{ lines: readonly LogLineInfo[] }>(["GET", logPath(subject, options)], { cancelSignal })).lines,
    followLogs: (subject, { cancelSignal, lastEventId, ...options } = {}) =>
      readEvents(address, { cancelSignal, lastEventId, path: `${logPath(subject, options)}&follow=true` }),
    clearLogs: async (subject, options) =>
      (await call<{ cleared: readonly string[] }>(["DELETE", logPath(subject, {})], options)).cleared,
    followEvents: (options) => readEvents(address, { ...options, path: "/api/events" }),
    explain: async (name, options) => await call(["GET", pathOf(name, "/explain")], options),
    create: async (template, options) => await call(["POST", "/api/processes"], options, template),
    attach: async (name, pid, options) => await call(["POST", pathOf(name, "/attach")], options, { pid }),
    delete: async (name, options) => await call(["DELETE", pathOf(name)], options),
    plan: async (options) => await call(["POST", "/api/processes/plan"], options),
    reload: async (options) => await call(["POST", "/api/processes/reload"], options),
    shutdown: async ({ keepsDetached = false, ...options } = {}) =>
      await call(["POST", "/api/shutdown"], options, { keepsDetached }),
  };
}

function logPath(subject: string | Selection, options: LogOptions): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) if (value !== undefined) query.append(name, String(value));
  if (typeof subject === "string") return pathOf(subject, `/logs?${query}`);
  for (const name of subject.names ?? []) query.append("name", name);
  if (subject.group !== undefined) query.append("group", subject.group);
  return `/api/logs?${query}`;
}

/** `.` and `..` would be taken out of the path on the way, whether they are escaped or not. */
function pathOf(name: string, rest = ""): string {
  if (/^\.{0,2}$/.test(name)) {
    throw new ProcessError("PROCESS_NOT_FOUND", `there is no process named "${name}"`, { process: name });
  }
  return `/api/processes/${encodeURIComponent(name)}${rest}`;
}
