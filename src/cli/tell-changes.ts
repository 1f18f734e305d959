import { filter, pairwise, type Subscription } from "rxjs";
import type { ProcessManager } from "../manager/process-manager.js";
import type { Process } from "../process/process.js";
import type { ProcessStatus } from "../process/process-status.js";
import { describeChange, describeReadiness, isRoutine } from "./describe-process.js";
import { describeAsJson } from "./process-json.js";
import type { Terminal } from "./terminal.js";

export interface TellOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Tells every change of every process, also of those that come later, until the manager is closed. */
export function tellChanges(manager: ProcessManager, options: TellOptions, terminal: Terminal): Subscription {
  const ofOne = (process: Process): Subscription =>
    options.json ? tellAsJson(process, terminal) : tellInWords(process, options.verbose, terminal);
  return manager.processes$
    .pipe(filter(({ type }) => type === "added"))
    .subscribe(({ process }) => void ofOne(process));
}

function tellAsJson(process: Process, terminal: Terminal): Subscription {
  return process.notifications$.subscribe((notification) => terminal.out(describeAsJson(process, notification)));
}

function tellInWords(process: Process, verbose: boolean, terminal: Terminal): Subscription {
  return process.status$.pipe(pairwise()).subscribe(([before, after]) => {
    if (isNews(before, after, verbose)) return terminal.out(describeChange(before, after, terminal));
    // Without a readiness check a process is ready as soon as it runs, which has been told.
    if (process.template.readiness !== undefined && before.ready !== after.ready && process.isAlive())
      terminal.out(describeReadiness(after, terminal));
  });
}

/** What is withdrawn, an error or a reason, is no news. */
function isNews(before: ProcessStatus, after: ProcessStatus, verbose: boolean): boolean {
  if (before.state !== after.state) return verbose || !isRoutine(before.state, after.state);
  if (after.reason !== undefined && before.reason !== after.reason) return true;
  return after.lastError !== undefined && before.lastError !== after.lastError;
}
