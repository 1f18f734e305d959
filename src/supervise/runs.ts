import { isDeepStrictEqual } from "node:util";
import { distinctUntilChanged, EMPTY, map, type Observable, scan, switchMap } from "rxjs";
import type { ManagedProcess } from "../process/managed-process.js";
import type { ProcessStatus } from "../process/process-status.js";
import type { ProcessTemplate } from "../template/process-template.js";

export interface RunWatch<Part, Value> {
  /** The part of the template that says what to do; undefined does nothing. */
  readonly part: (template: ProcessTemplate) => Part | undefined;
  readonly watch: (part: Part) => Observable<Value>;
  /** When in a run it begins. @default at once */
  readonly begins?: (status: ProcessStatus) => boolean;
}

/**
 * What `watch` gives for as long as a run lasts: begun anew for each run, and when its part of the template changes. Of a
 * process whose template has no such part the status is not looked at. Completes with `status$`; errors like what
 * `watch` gives.
 */
export function duringEachRun<Part, Value>(
  process: ManagedProcess,
  { part, watch, begins = () => true }: RunWatch<Part, Value>,
): Observable<Value> {
  // The start time is the same object throughout a run, and another one in the next.
  const run$ = process.status$.pipe(
    scan((begun: Date | undefined, status) => {
      if (status.lifecycle !== "running") return undefined;
      return begun === status.startedAt || begins(status) ? status.startedAt : undefined;
    }, undefined),
    distinctUntilChanged(),
  );
  return whileUnchanged(process, part, (policy) =>
    run$.pipe(switchMap((run) => (run === undefined ? EMPTY : watch(policy)))),
  );
}

/** What `watch` gives for a part of the template, begun anew when that changes. Completes and errors like what it gives. */
export function whileUnchanged<Part, Value>(
  { template$ }: ManagedProcess,
  part: (template: ProcessTemplate) => Part | undefined,
  watch: (part: Part) => Observable<Value>,
): Observable<Value> {
  return template$.pipe(
    map(part),
    distinctUntilChanged((one, other) => isDeepStrictEqual(one, other)),
    switchMap((policy) => (policy === undefined ? EMPTY : watch(policy))),
  );
}
