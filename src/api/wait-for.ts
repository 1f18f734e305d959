import { filter, firstValueFrom, fromEvent, map, type Observable, takeUntil, throwError, timeout } from "rxjs";
import { ProcessError } from "../errors.js";
import type { Os } from "../os/os.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";

/** What can be waited for. */
export const waitGoals = ["ready", "exited"] as const;

export type WaitGoal = (typeof waitGoals)[number];

export interface WaitRequest {
  readonly goal: WaitGoal;
  /** Undefined waits for ever. */
  readonly timeoutMs: number | undefined;
  /** Aborted when nobody waits any more. */
  readonly cancelSignal: AbortSignal;
}

/**
 * Resolves when a process is ready, or has exited. Rejects with ILLEGAL_STATE when that is not going to happen, and with
 * ABORTED when it takes too long.
 */
export async function waitFor(process: Process, request: WaitRequest, os: Pick<Os, "scheduler">): Promise<void> {
  const { goal, timeoutMs, cancelSignal } = request;
  const reached$ = goal === "ready" ? readiness(process) : ended(process);
  const late = (): Observable<never> => {
    const text = `${process.name}: is not ${goal} after ${timeoutMs} ms; \`drover explain ${process.name}\` tells why`;
    return throwError(() => new ProcessError("ABORTED", text, { process: process.name }));
  };
  const limited$ =
    timeoutMs === undefined
      ? reached$
      : reached$.pipe(timeout({ first: timeoutMs, with: late, scheduler: os.scheduler }));
  const gone$ = fromEvent(cancelSignal, "abort");
  await firstValueFrom(limited$.pipe(takeUntil(gone$)), { defaultValue: undefined });
}

/** Emits once it is ready; errs when nothing will make it so. */
function readiness(process: Process): Observable<unknown> {
  return process.status$.pipe(
    map((status) => {
      const isUp = status.lifecycle === "running" || status.lifecycle === "starting";
      if (!isUp && staysDown(process)) throw notGoing(process, "is not going to be ready");
      return status.ready && status.lifecycle === "running";
    }),
    filter((isReady) => isReady),
  );
}

function ended(process: Process): Observable<unknown> {
  if (process.status.lifecycle === "initial" && process.status.desired === "down") {
    return throwError(() => notGoing(process, "was never started"));
  }
  const isOver = (word: string): boolean => word === "exited" || word === "failed";
  return process.status$.pipe(filter(({ lifecycle }) => isOver(lifecycle)));
}

/** Whether neither somebody's wish nor its restart policy will start it. */
function staysDown(process: Process): boolean {
  const { desired, supervision, lifecycle } = process.status;
  if (lifecycle === "stopping") return false;
  if (desired === "down" || supervision.kind === "gave-up") return true;
  return process instanceof ManagedProcess && process.isAtRest && process.template.schedule === undefined;
}

function notGoing({ name, status }: Process, what: string): ProcessError {
  const why = status.reason ?? status.lastError?.message;
  const text = `${name}: ${what}${why === undefined ? "; start it first" : `: ${why}`}`;
  return new ProcessError("ILLEGAL_STATE", text, { process: name });
}
