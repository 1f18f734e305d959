import { resolve } from "node:path";
import { distinctUntilChanged, EMPTY, map, type Observable, switchMap, takeWhile } from "rxjs";
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
  begin: (process, context) => {
    let restarting = Promise.resolve();
    return whileUnchanged(process, watchedPart, (watched) =>
      whileWanted(process).pipe(switchMap((isWanted) => (isWanted ? judgedChanges(watched, context) : EMPTY))),
    ).subscribe(({ reload: isReload, reason }) => {
      if (!isReload) {
        // A restart that still waits for its turn tells its own reason, and this one is to be the last word.
        void restarting.then(() => process.tellReason(reason));
        const { name } = process;
        return context.warn(`${name}: ${reason}`, new ProcessError("ILLEGAL_STATE", reason, { process: name }));
      }
      if (isDone(process)) return;
      context.tell(process.name, reason);
      restarting = process.commands.restartUnasked(reason);
    });
  },
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

/** A reason to restart, or the one for which there are no more restarts. */
interface JudgedChange {
  readonly reload: boolean;
  readonly reason: string;
}

/** After too many restarts in a short time there are no more until the process is stopped and started. */
function judgedChanges(
  { watch, cwd, own, name }: Watched,
  { os, ownPaths, warn }: SupervisionContext,
): Observable<JudgedChange> {
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
    map((change): JudgedChange => {
      const verdict = judge(change);
      return verdict.reload ? { reload: true, reason: describeChange(change) } : verdict;
    }),
    takeWhile((judged) => judged.reload, true),
  );
}

function describeChange({ files, count }: FileChange): string {
  const more = count - files.length;
  return `${files.join(", ")}${more > 0 ? ` and ${more} more` : ""} changed`;
}
