import { firstValueFrom, from, merge, type SchedulerLike, timer } from "rxjs";
import type { Child } from "../os/os.js";

/** SIGKILL cannot be refused, only delayed, by uninterruptible sleep or another user's process: then we stop waiting. */
const killTimeoutMs = 5000;
const firstPollMs = 4;
const slowestPollMs = 100;

/** Kills whatever is left of a tree, again and again until nothing is. */
export async function endTree(child: Child, scheduler: SchedulerLike): Promise<void> {
  const deadlineMs = scheduler.now() + killTimeoutMs;
  for (let pollMs = firstPollMs; ; pollMs = Math.min(slowestPollMs, pollMs * 2)) {
    if ((await child.survivors()).length === 0) break;
    await child.signalTree("SIGKILL");
    if (scheduler.now() >= deadlineMs) return;
    await firstValueFrom(timer(pollMs, scheduler));
  }
  // Nothing lives, but the host may not have reaped the leader yet.
  await firstValueFrom(merge(from(child.exit), timer(killTimeoutMs, scheduler)));
}
