import { resolve } from "node:path";
import { distinctUntilChanged, EMPTY, map, type Observable, switchMap, takeWhile, tap } from "rxjs";
import { ProcessError } from "../errors.js";
import type { ManagedProcess } from "../process/managed-process.js";
import { judgeReload, type PastReload, type ReloadVerdict } from "../reload/reload-storm.js";
import { type FileChange, watchFiles } from "../reload/watch-files.js";
import { isSuccess } from "../restart/decide-restart.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { Behaviour, SupervisionContext } from "./behaviour.js";
import { whileUnchanged } from "./runs.js";

/** Restarts a process when files it watches have changed, also one that was given up. */
export const reload: Behaviour = {
  isNeeded: ({ watch }) => watch !== undefined,
  begin: (process, context) =>
    whileUnchanged(process, watchedPart, (watched) =>
      whileWanted(process).pipe(switchMap((isWanted) => (isWanted ? restarts(process, watched, context) : EMPTY))),
    ).subscribe((reason) => {
      if (isDone(process)) return;
      context.tell(process.name, reason);
      void process.commands.restartUnasked(reason);
    }),
};

/** What has come to its end with a success, such as a preparation others depend on, is not done again for a save. */
function isDone({ status, template }: ManagedProcess): boolean {
  return status.lifecycle === "exited" && isSuccess(status, template.restart);
}

/** More than the storm of reloads looks back at. */
const keptReloads = 20;

type Watched = ReturnType<typeof watchedPart> & object;

function watchedPart({ name, watch, cwd, logs, pidFile }: ProcessTemplate) {
  if (watch === undefined) return undefined;
  const own = [logs.stdout, logs.stderr, pidFile].flatMap((path) => (path === undefined ? [] : [resolve(cwd, path)]));
  return { name, watch, cwd, own };
}

function whileWanted({ status$ }: ManagedProcess): Observable<boolean> {
  return status$.pipe(
    map(({ desired }) => desired === "up"),
    distinctUntilChanged(),
  );
}

/** The reasons for restarts. After too many in a short time there are no more until the process is stopped and started. */
function restarts(
  process: ManagedProcess,
  { watch, cwd, own, name }: Watched,
  { os, ownPaths, warn }: SupervisionContext,
): Observable<string> {
  const { backgroundScheduler: scheduler } = os;
  const onProblem = (error: ProcessError): void => warn(`${name}: ${error.message} (watch)`, error);
  const history: PastReload[] = [];
  const judge = ({ files: [file = ""], isEndless }: FileChange): ReloadVerdict => {
    const verdict = judgeReload(history, scheduler.now(), file, isEndless);
    if (verdict.reload) history.push({ atMs: scheduler.now(), file, isEndless });
    if (history.length > keptReloads) history.shift();
    return verdict;
  };
  return watchFiles({ ...watch, cwd, ownFiles: [...own, ...ownPaths] }, { scheduler, onProblem }).pipe(
    map((change) => ({ change, verdict: judge(change) })),
    tap(({ verdict }) => {
      if (verdict.reload) return;
      process.tellReason(verdict.reason);
      warn(`${name}: ${verdict.reason}`, new ProcessError("ILLEGAL_STATE", verdict.reason, { process: name }));
    }),
    takeWhile(({ verdict }) => verdict.reload),
    map(({ change }) => describeChange(change)),
  );
}

function describeChange({ files, count }: FileChange): string {
  const more = count - files.length;
  return `${files.join(", ")}${more > 0 ? ` and ${more} more` : ""} changed`;
}
