import { isAbsolute } from "node:path";
import { ProcessError } from "../errors.js";
import { type Client, createClientAt } from "./client.js";
import type { Address } from "./exchange.js";
import { type Observation, observe } from "./observe.js";
import { socketPathIn } from "./socket-path.js";

/** Which manager: that of a state directory, by its socket, or one that listens on a network. */
export type ClientTarget =
  /** Absolute path. */
  | { readonly stateDir: string }
  | { readonly socketPath: string }
  /** Such as `http://127.0.0.1:9000`. */
  | { readonly url: string; readonly token: string };

/**
 * A client of a manager in another program. Nothing is sent before a method is called or an observable subscribed to, and nothing
 * keeps this program alive in between.
 *
 * @throws ProcessError BAD_REQUEST for a target that is none
 */
export function createClient(target: ClientTarget): Client & Observation {
  const client = createClientAt(addressOf(target));
  return { ...client, ...observe(client) };
}

function addressOf(target: ClientTarget): Address {
  if ("socketPath" in target) return { socketPath: target.socketPath };
  if ("stateDir" in target) {
    if (isAbsolute(target.stateDir)) return { socketPath: socketPathIn(target.stateDir) };
    throw new ProcessError("BAD_REQUEST", `stateDir: ${JSON.stringify(target.stateDir)} is no absolute path`);
  }
  if (URL.canParse(target.url) && new URL(target.url).protocol === "http:") return target;
  const expected = "expected http://HOST:PORT; put a TLS proxy or a tunnel in front for more than this machine";
  throw new ProcessError("BAD_REQUEST", `url: ${JSON.stringify(target.url)} cannot be used; ${expected}`);
}

export type { ManagerPhase, ShutdownRequest, ShutdownResult } from "./api-context.js";
export type { CallOptions, Client, FollowOptions, LogOptions, WaitOptions } from "./client.js";
export type { CommandOptions, CommandResult, CommandVerb, Selection } from "./command.js";
export type { ErrorReport } from "./error-body.js";
export type {
  ChangeEvent,
  GapEvent,
  LogLineInfo,
  ManagerEvent,
  MembershipEvent,
  SnapshotEvent,
} from "./event-info.js";
export type { ServerEvent } from "./event-stream.js";
export type { ExplanationInfo } from "./explanation-info.js";
export type { ManagerInfo } from "./manager-info.js";
export type { Observation } from "./observe.js";
export type { PlanInfo, PlanItemInfo } from "./plan-info.js";
export type { CheckInfo, CrashInfo, ExitInfo, JobRunInfo, ProcessInfo, ScheduleInfo } from "./process-info.js";
