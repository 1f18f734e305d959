import { describeExit, type Exit, type ExitCause } from "../os/exit.js";
import { describeDuration } from "../units/duration.js";
import type { Backoff, RestartPolicy } from "./restart-policy.js";

/** How a run, or the attempt at one, came to its end. */
export interface RunEnd {
  /** Undefined when there never was a process: it could not be started. */
  readonly exit: Exit | undefined;
  /** What failed, in words, where the exit does not tell: why it could not be started, which check or limit it failed. */
  readonly failure: string | undefined;
  /** How long it was up: since it was ready, or without readiness since it ran. */
  readonly upMs: number;
  /** Whether a caller was told of the failure of this start: what becomes of it is then the caller's decision. */
  readonly isTold: boolean;
}

/** What has happened before. */
export interface RestartHistory {
  /** Restarts in a row so far. */
  readonly attempts: number;
  /** A job with a schedule: a success is its end, whatever the mode says. */
  readonly isJob: boolean;
  /** Whether it stays down once it has used more than its limits allow. */
  readonly stopsAtLimit: boolean;
}

export type RestartDecision =
  | {
      readonly action: "restart";
      readonly afterMs: number;
      /** Number of this restart in its row, from 1. */
      readonly attempt: number;
      readonly reason: string;
    }
  /** It stays down because it is done, or was stopped. */
  | { readonly action: "rest"; readonly reason: string }
  /** It stays down although it should run; after `retryAfterMs` it is tried again with a fresh count. */
  | { readonly action: "give-up"; readonly reason: string; readonly retryAfterMs: number | undefined };

/** Ends that somebody brought about on purpose: no failure of the process. */
const wanted: ReadonlySet<ExitCause> = new Set<ExitCause>(["stopped", "killed", "overran"]);

/** Ends that supervision brought about because the process did not do what it should. */
const misbehaved: ReadonlySet<ExitCause> = new Set<ExitCause>(["unhealthy", "over-limit"]);

/** Whether a process that ended so has done what its policy calls a success. */
export function isSuccess({ exit }: Pick<RunEnd, "exit">, { successExitCodes }: RestartPolicy): boolean {
  if (exit === undefined || misbehaved.has(exit.cause) || exit.cause === "start-timeout") return false;
  return wanted.has(exit.cause) || (exit.code !== null && successExitCodes.includes(exit.code));
}

/** Whether and when a process that has ended is started again. `random` gives a number from 0 to 1, for the jitter. */
export function decideRestart(
  policy: RestartPolicy,
  end: RunEnd,
  history: RestartHistory,
  random: () => number,
): RestartDecision {
  const what = describeEnd(end);
  const rest = reasonToRest(policy, end, history);
  if (rest !== undefined) return { action: "rest", reason: rest };
  const attempts = end.upMs >= policy.resetAfterMs && end.exit !== undefined ? 0 : history.attempts;
  const surrender = reasonToGiveUp(policy, end, { ...history, attempts });
  if (surrender !== undefined) {
    const retryAfterMs =
      surrender.isFinal || policy.retryAfterGivingUpMs === "never" ? undefined : policy.retryAfterGivingUpMs;
    return { action: "give-up", reason: `${what}; ${surrender.reason}`, retryAfterMs };
  }
  const attempt = attempts + 1;
  const afterMs = delayMs(policy.backoff, attempt, random);
  const limit = policy.maxRestarts === "unlimited" ? "" : ` of ${policy.maxRestarts}`;
  const when = afterMs === 0 ? "at once" : `in ${describeDuration(afterMs)}`;
  return { action: "restart", afterMs, attempt, reason: `${what}; restart ${attempt}${limit} ${when}` };
}

/** Why it stays down, and that is well so. */
function reasonToRest(policy: RestartPolicy, end: RunEnd, { isJob }: RestartHistory): string | undefined {
  const { exit } = end;
  if (exit !== undefined && wanted.has(exit.cause)) return end.failure ?? "it was stopped";
  // Who asks for a liveness check or a limit asks for a process that is replaced: the mode is about ends of its own.
  if (end.isTold || (exit !== undefined && misbehaved.has(exit.cause))) return undefined;
  const isDone = isJob && isSuccess(end, policy);
  const rest = isDone ? "the job is done until its next time" : reasonByMode(policy, end);
  return rest === undefined ? undefined : `${describeEnd(end)}; ${rest}`;
}

function reasonByMode(policy: RestartPolicy, end: RunEnd): string | undefined {
  if (policy.mode === "NEVER") return "its restart mode is NEVER";
  if (policy.mode === "ALWAYS" || !isSuccess(end, policy)) return undefined;
  return "that is a success, and its restart mode is ON_FAILURE";
}

/** Why it stays down although it should run. */
function reasonToGiveUp(
  { maxRestarts }: RestartPolicy,
  { exit, isTold }: RunEnd,
  { attempts, stopsAtLimit }: RestartHistory,
): { readonly reason: string; readonly isFinal: boolean } | undefined {
  if (isTold) return { reason: "whoever started it was told", isFinal: true };
  if (stopsAtLimit && exit?.cause === "over-limit") return { reason: "its limits say STOP", isFinal: true };
  if (maxRestarts === "unlimited" || attempts < maxRestarts) return undefined;
  return { reason: `gave up after ${counted(attempts)} in a row`, isFinal: false };
}

/** min(max, initial · multiplier^(n−1)), lengthened or shortened by up to the jitter's share of it. */
export function delayMs(
  { initialMs, multiplier, maxMs, jitter }: Backoff,
  attempt: number,
  random: () => number,
): number {
  // The power may be infinite, and nothing times infinity is not a number.
  const exact = initialMs === 0 ? 0 : Math.min(maxMs, initialMs * multiplier ** (attempt - 1));
  return Math.round(exact * (1 + jitter * (2 * random() - 1)));
}

function describeEnd({ exit, failure }: RunEnd): string {
  if (failure !== undefined) return failure;
  return exit === undefined ? "it could not be started" : `ended with ${describeExit(exit)}`;
}

function counted(restarts: number): string {
  return restarts === 1 ? "1 restart" : `${restarts} restarts`;
}
