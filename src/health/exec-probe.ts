import { firstValueFrom, from, merge, type SchedulerLike, timer } from "rxjs";
import { describeExit, type Exit } from "../os/exit.js";
import type { Child, Os, SpawnRequest } from "../os/os.js";
import { endTree } from "./end-tree.js";
import type { Check } from "./health-check.js";
import { interpretScript } from "./interpret-script.js";
import { keepLastLine } from "./last-line.js";
import type { Probe, ProbeSubject } from "./probe.js";
import { unlessAborted } from "./unless-aborted.js";

type ExecCheck = Extract<Check, { kind: "exec" }>;
type ExecSubject = Pick<ProbeSubject, "os" | "launch" | "interpreter">;

/** The pipe is at its end with the tree, unless somebody else holds it, too. */
const drainTimeoutMs = 100;

/** Healthy when a program ends with exit code 0. What it leaves running is killed with it, in any case. */
export function execProbe(check: ExecCheck, subject: ExecSubject): Probe {
  return async (signal) => await runCheck(requestFor(check, subject), subject.os, signal);
}

function requestFor(check: ExecCheck, subject: ExecSubject): SpawnRequest {
  const own = subject.launch();
  const program =
    check.script === ""
      ? { file: check.command, args: check.args }
      : interpretScript(check.script, subject.interpreter);
  return {
    ...own,
    ...program,
    // An ID of its own: with that of the process, killing what is left of the check would kill the process.
    env: { ...own.env, DROVER_ID: subject.os.newRunId(subject.os.hostToken) },
    detach: false,
    stdin: "ignore",
    stdout: { kind: "discard" },
    stderr: { kind: "pipe" },
  };
}

async function runCheck(request: SpawnRequest, os: Os, signal: AbortSignal): Promise<void> {
  const child = await os.spawn(request, signal);
  const errors = child.stderr === undefined ? undefined : keepLastLine(child.stderr);
  try {
    const exit = await runToEnd(child, os.scheduler, signal);
    if (exit.code === 0) return;
    if (errors === undefined) throw new Error(describeExit(exit));
    await firstValueFrom(merge(from(errors.ended), timer(drainTimeoutMs, os.scheduler)));
    const lastLine = errors.read();
    throw new Error(lastLine === "" ? describeExit(exit) : `${describeExit(exit)}: ${lastLine}`);
  } finally {
    child.stderr?.destroy();
  }
}

/** The exit of the program, with everything it has started ended, too; rejects when the signal is aborted first. */
async function runToEnd(child: Child, scheduler: SchedulerLike, signal: AbortSignal): Promise<Exit> {
  try {
    return await unlessAborted(child.exit, signal);
  } finally {
    await endTree(child, scheduler);
  }
}
