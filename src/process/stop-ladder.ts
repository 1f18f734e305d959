import { firstValueFrom, fromEvent, merge, type SchedulerLike, timer } from "rxjs";
import type { AttachedChild, Os, Survivor } from "../os/os.js";
import type { Signal } from "../os/signal.js";

export interface StopLadder {
  readonly child: AttachedChild;
  /** First signal; ignored when the grace period is 0. */
  readonly signal: Signal;
  /** Time the tree has to end by itself; 0 goes to SIGKILL at once. */
  readonly gracePeriodMs: number;
  /** Aborted: the grace period ends now. */
  readonly hurried?: AbortSignal | undefined;
  readonly os: Pick<Os, "scheduler" | "prepareSamples">;
  /** Told before each kind of signal is sent, so that an exit that follows is put down to it. */
  readonly beforeSignal?: ((cause: "stopped" | "killed") => void) | undefined;
  /** Told when the first signal was sent. */
  readonly onSignalled?: (() => void) | undefined;
}

export interface LadderResult {
  /** Whether SIGKILL was needed. */
  readonly forced: boolean;
  /** What could not be ended: nothing, or processes of another user or in uninterruptible sleep. */
  readonly survivors: readonly Survivor[];
}

/** SIGKILL cannot be refused, only delayed, by uninterruptible sleep or another user's process: then we stop waiting. */
const killTimeoutMs = 5000;
const firstPollMs = 4;
const slowestPollMs = 100;

/**
 * Ends a tree: the stop signal with SIGCONT (a stopped process handles no signal, signal(7)), the grace period, then
 * SIGKILL to every survivor, again and again until none is left.
 */
export async function climbStopLadder(ladder: StopLadder): Promise<LadderResult> {
  const { child, gracePeriodMs } = ladder;
  const now = (): number => ladder.os.scheduler.now();
  const asks = gracePeriodMs > 0 && ladder.signal !== "SIGKILL";
  if (asks) {
    ladder.beforeSignal?.("stopped");
    await child.signalTree(ladder.signal, "SIGCONT");
    ladder.onSignalled?.();
    const left = await waitUntilGone(ladder, { deadlineMs: now() + gracePeriodMs, hurried: ladder.hurried });
    if (left.length === 0) return { forced: false, survivors: [] };
  }
  const kill = async (): Promise<void> => {
    ladder.beforeSignal?.("killed");
    await child.signalTree("SIGKILL");
    ladder.onSignalled?.();
  };
  const survivors = await waitUntilGone(ladder, { deadlineMs: now() + killTimeoutMs, beforeLook: kill });
  return { forced: true, survivors };
}

interface Vigil {
  readonly deadlineMs: number;
  readonly hurried?: AbortSignal | undefined;
  /** Done before each look at the tree; without it the tree is looked at only once its leader has ended. */
  readonly beforeLook?: () => Promise<void>;
}

/** Polls until the tree is empty, the deadline is reached or `hurried`; gives what is left. */
async function waitUntilGone(ladder: StopLadder, vigil: Vigil): Promise<readonly Survivor[]> {
  const { child, os } = ladder;
  const { scheduler } = os;
  const exit = watchExit(child);
  for (let pollMs = firstPollMs; ; pollMs = Math.min(slowestPollMs, pollMs * 2)) {
    await vigil.beforeLook?.();
    await os.prepareSamples();
    child.sample();
    const leftMs = vigil.deadlineMs - scheduler.now();
    if (leftMs <= 0 || vigil.hurried?.aborted === true) return await child.survivors();
    if (looksNow(vigil, exit)) {
      const survivors = await child.survivors();
      if (survivors.length === 0 && exit.hasEnded()) return survivors;
    }
    await sleep(Math.min(pollMs, Math.max(1, leftMs)), scheduler, [exit.endedSignal, vigil.hurried]);
  }
}

/** While the leader lives there is no need to read the process table. */
function looksNow(vigil: Vigil, exit: ExitWatch): boolean {
  return vigil.beforeLook !== undefined || exit.hasEnded();
}

interface ExitWatch {
  hasEnded(): boolean;
  readonly endedSignal: AbortSignal;
}

function watchExit(child: AttachedChild): ExitWatch {
  const ended = new AbortController();
  const note = (): void => ended.abort();
  child.exit.then(note, note);
  return { hasEnded: () => ended.signal.aborted, endedSignal: ended.signal };
}

/** Waits, or less long when one of the signals is aborted meanwhile. */
async function sleep(
  delayMs: number,
  scheduler: SchedulerLike,
  wakers: readonly (AbortSignal | undefined)[],
): Promise<void> {
  const waking = wakers.flatMap((waker) => (waker?.aborted === false ? [fromEvent(waker, "abort")] : []));
  await firstValueFrom(merge(timer(delayMs, scheduler), ...waking));
}
