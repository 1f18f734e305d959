import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { ProcessError } from "../../errors.js";
import type { Child, OutputTarget, SpawnRequest } from "../os.js";
import type { Guardian } from "./guardian.js";
import type { Inspector } from "./inspector.js";
import { NodeChild } from "./node-child.js";
import { openOutputFile } from "./output-file.js";
import { applyNiceness, reachEarlyChildren, requireNiceness } from "./privilege/niceness.js";
import { planLaunch } from "./privilege/plan-launch.js";
import { isShortage, spawnFailure } from "./spawn-failure.js";

/** Waits between tries while the machine is short of processes, descriptors or memory. */
const retryDelaysMs = [25, 50, 100, 200, 400, 800];

export interface SpawnContext {
  readonly inspector: Inspector;
  readonly guardian: Guardian;
}

/** Starts a program; see `Os.spawn` for what it resolves and rejects with. */
export async function spawnChild(
  request: SpawnRequest,
  context: SpawnContext,
  cancelSignal?: AbortSignal,
): Promise<Child> {
  const child = await spawnPatiently(request, context, cancelSignal);
  if (request.nice !== undefined) await reachEarlyChildren(child, request.nice);
  return child;
}

async function spawnPatiently(
  request: SpawnRequest,
  context: SpawnContext,
  cancelSignal: AbortSignal | undefined,
): Promise<Child> {
  for (const delayMs of retryDelaysMs) {
    throwIfAborted(request, cancelSignal);
    const outcome = await trySpawn(request, context, cancelSignal);
    if (!("failure" in outcome)) return outcome.child;
    if (!isShortage(outcome.failure)) throw spawnFailure(request, outcome.failure);
    await delay(delayMs, undefined, cancelSignal === undefined ? {} : { signal: cancelSignal }).catch(() => undefined);
  }
  throwIfAborted(request, cancelSignal);
  const last = await trySpawn(request, context, cancelSignal);
  if ("failure" in last) throw spawnFailure(request, last.failure);
  return last.child;
}

type Outcome = { readonly child: Child } | { readonly failure: unknown };

async function trySpawn(
  request: SpawnRequest,
  context: SpawnContext,
  cancelSignal: AbortSignal | undefined,
): Promise<Outcome> {
  const opened: number[] = [];
  try {
    requireNiceness(request);
    const launch = await planLaunch(request);
    throwIfAborted(request, cancelSignal);
    const open = (target: OutputTarget): number | "ignore" | "inherit" | "pipe" => {
      if (target.kind !== "file") return target.kind === "discard" ? "ignore" : target.kind;
      const descriptor = openOutputFile(target.path);
      opened.push(descriptor);
      return descriptor;
    };
    if (!request.detach) context.guardian.ensure();
    const stdio: StdioOptions = [request.stdin, open(request.stdout), open(request.stderr)];
    const child = spawn(launch.file, [...launch.args], {
      cwd: request.cwd,
      env: launch.env,
      stdio,
      ...(launch.uid === undefined ? {} : { uid: launch.uid }),
      ...(launch.gid === undefined ? {} : { gid: launch.gid }),
      // Its own session: group signals reach the whole tree and a terminal's Ctrl-C does not, setsid(2).
      detached: true,
    });
    if (child.pid === undefined) return { failure: await spawnError(child) };
    return take(child, child.pid, request, context);
  } catch (failure) {
    return { failure };
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** Node reports these failures in the next turn; without a listener that event would end the host. */
function spawnError(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once("error", resolve);
  });
}

function take(child: ChildProcess, pid: number, request: SpawnRequest, context: SpawnContext): Outcome {
  const { inspector, guardian } = context;
  child.on("error", () => undefined);
  try {
    if (request.nice !== undefined) applyNiceness(pid, request.nice);
    const probe = inspector.openOwn(pid);
    const runId = request.env["DROVER_ID"];
    if (request.detach) child.unref();
    else child.once("exit", guardian.add(probe.identity));
    return { child: new NodeChild(child, { probe, inspector, leadsGroup: true, runId, isOwn: true }) };
  } catch (failure) {
    // Without a descriptor left to hold it by, it would be a process we cannot prove ours; with another priority than
    // asked for it must not run. It is ours this very turn.
    process.kill(-pid, "SIGKILL");
    return { failure };
  }
}

function throwIfAborted(request: SpawnRequest, cancelSignal: AbortSignal | undefined): void {
  if (cancelSignal?.aborted !== true) return;
  const text = `the start of ${JSON.stringify(request.file)} was cancelled`;
  throw new ProcessError("ABORTED", text, { cause: cancelSignal.reason });
}
