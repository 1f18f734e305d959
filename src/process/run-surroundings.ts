import { dirname, resolve } from "node:path";
import { type SchedulerLike, timer } from "rxjs";
import { bridgeOutput } from "../logs/writer-bridge.js";
import { makeDirectory } from "../os/make-directory.js";
import type { Child } from "../os/os.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { HostStreams } from "./launch.js";
import { removePidFile, writePidFile } from "./pid-file.js";
import type { Run } from "./run.js";

/** Hands what the process writes to the streams of the host it was given. */
export function connectStreams(child: Child, { stdout, stderr }: HostStreams): void {
  if (child.stdout !== undefined && stdout !== undefined) bridgeOutput(child.stdout, stdout);
  if (child.stderr !== undefined && stderr !== undefined) bridgeOutput(child.stderr, stderr);
}

/** The file other programs find the process by; a problem with it is reported, and the process kept. */
export function keepPidFile(run: Run, { cwd, pidFile }: ProcessTemplate, report: (reason: unknown) => void): void {
  if (pidFile === undefined) return;
  const path = resolve(cwd, pidFile);
  const { pid } = run.child.identity;
  try {
    makeDirectory(dirname(path));
    writePidFile(path, pid);
    run.onEnd(() => removePidFile(path, pid));
  } catch (reason) {
    report(reason);
  }
}

/** Pins the process to CPUs, now or later; on the wrong CPUs it still does its work, so a failure is only reported. */
export async function applyAffinity(
  run: Run,
  affinity: ProcessTemplate["affinity"],
  scheduler: SchedulerLike,
  report: (reason: unknown) => void,
): Promise<void> {
  if (affinity === undefined) return;
  const apply = async (): Promise<void> => {
    await run.child.setAffinity(affinity.cpus).catch(report);
  };
  if (affinity.delayMs === 0) return await apply();
  const wait = timer(affinity.delayMs, scheduler).subscribe(() => void apply());
  run.onRelease(() => wait.unsubscribe());
}
