import { EMPTY, type Observable, Subscription, skipWhile, takeUntil, tap, timer } from "rxjs";
import type { ManagedProcess } from "../process/managed-process.js";
import { decideRestart, isSuccess, type RestartDecision, type RunEnd } from "../restart/decide-restart.js";
import type { Behaviour, SupervisionContext } from "./behaviour.js";

/** Starts a process again after it has ended, as its restart policy says. */
export const restart: Behaviour = {
  // Also of a process that is never restarted it is told why it stays down.
  isNeeded: () => true,
  begin: (process, context) => {
    let wait = Subscription.EMPTY;
    const all = process.ends$.subscribe((end) => {
      if (process.status.desired === "down" || isAsked(end)) return;
      wait.unsubscribe();
      wait = act(process, decide(process, end, context), context).subscribe();
    });
    all.add(() => wait.unsubscribe());
    return all;
  },
};

/** A stop or restart under way has ended it, and says itself what comes then. */
function isAsked({ exit }: RunEnd): boolean {
  return exit?.cause === "stopped" || exit?.cause === "killed";
}

function decide(process: ManagedProcess, end: RunEnd, { os, warn }: SupervisionContext): RestartDecision {
  const { restart: policy, schedule, limits } = process.template;
  const { attempts } = process.commands;
  const history = { attempts, isJob: schedule !== undefined, stopsAtLimit: limits?.action === "STOP" };
  const decision = decideRestart(policy, end, history, () => os.host.random());
  if (!isSuccess(end, policy)) void process.noteCrash(end, decision.reason);
  const { lastError } = process.status;
  if (end.exit === undefined && lastError !== undefined && !end.isTold) warn(lastError.message, lastError);
  return decision;
}

function act(process: ManagedProcess, decision: RestartDecision, context: SupervisionContext): Observable<unknown> {
  const { reason } = decision;
  const { scheduler } = context.os;
  if (decision.action === "rest") {
    process.rest(reason);
    return EMPTY;
  }
  context.tell(process.name, reason);
  if (decision.action === "give-up") {
    const { retryAfterMs } = decision;
    const retryAt = retryAfterMs === undefined ? undefined : dateIn(retryAfterMs, context);
    process.supervise(Object.freeze({ kind: "gave-up", reason, retryAt }), reason);
    if (retryAfterMs === undefined) return EMPTY;
    return unlessOverruled(process, timer(retryAfterMs, scheduler)).pipe(
      tap(() => startAgain(process, 0, "tried again after giving up")),
    );
  }
  const { afterMs, attempt } = decision;
  const until = dateIn(afterMs, context);
  process.supervise(Object.freeze({ kind: "waiting", until, attempt, reason }), reason);
  if (afterMs > 0) void process.commands.prepareStart();
  return unlessOverruled(process, timer(afterMs, scheduler)).pipe(tap(() => startAgain(process, attempt)));
}

/** Ends when somebody starts or stops the process meanwhile. */
function unlessOverruled<Value>(process: ManagedProcess, wait$: Observable<Value>): Observable<Value> {
  const { supervision } = process.status;
  const overruled$ = process.status$.pipe(skipWhile((status) => status.supervision === supervision));
  return wait$.pipe(takeUntil(overruled$));
}

function startAgain(process: ManagedProcess, attempt: number, reason?: string): void {
  process.commands.attempts = attempt;
  void process.commands.startUnasked({ isRestart: true, reason });
}

function dateIn(delayMs: number, { os }: SupervisionContext): Date {
  return new Date(os.host.now() + delayMs);
}
