import { concat, map, mergeMap, type Observable, of, skip } from "rxjs";
import type { MembershipChange, ProcessManager } from "../manager/process-manager.js";
import type { ProcessNotification } from "../process/process-status.js";
import { maskText } from "../template/mask-secrets.js";
import { describeExitOf } from "./describe-process.js";
import type { ChangeEvent, MembershipEvent } from "./event-info.js";
import { Feed } from "./feed.js";

/** Enough for the reconnect of a client while a large set starts. */
const keptEvents = 2000;

/** Everything that happens to the processes of a manager, from now on; complete when the manager is closed. */
export function openEventFeed(manager: ProcessManager, now: () => number): Feed<ChangeEvent | MembershipEvent> {
  const present = manager.getAllProcesses().length;
  const events$ = manager.processes$.pipe(
    // Those that are there already are no news; their changes are.
    mergeMap((change, index) => describeMember(change, index < present, now)),
  );
  return new Feed(events$, keptEvents);
}

function describeMember(
  { type, process }: MembershipChange,
  isKnown: boolean,
  now: () => number,
): Observable<ChangeEvent | MembershipEvent> {
  const member: MembershipEvent = { type, name: process.name, at: new Date(now()).toISOString() };
  if (type === "removed") return of(member);
  const changes$ = process.notifications$.pipe(skip(1), map(describeChange));
  return isKnown ? changes$ : concat(of(member), changes$);
}

function describeChange({ name, state, previous, pid = 0, at, exit, reason = "" }: ProcessNotification): ChangeEvent {
  const told = { at: at.toISOString(), exit: describeExitOf(exit), reason: maskText(reason) };
  return { type: "changed", name, state, previous: previous ?? "", pid, ...told };
}
