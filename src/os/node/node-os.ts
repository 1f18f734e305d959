import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { ProcessError } from "../../errors.js";
import type { Host, Os } from "../os.js";
import { attachProcess } from "./attach.js";
import { findCarriers } from "./carriers.js";
import { Guardian } from "./guardian.js";
import type { Inspector } from "./inspector.js";
import { monotonicNow } from "./monotonic-now.js";
import { PsInspector } from "./portable/ps-inspector.js";
import { readBoot } from "./procfs/boot.js";
import { ProcfsInspector } from "./procfs/procfs-inspector.js";
import { requireUnix } from "./require-unix.js";
import { spawnChild } from "./spawn.js";
import { unrefScheduler } from "./unref-scheduler.js";

const steadyScheduler = Object.create(asyncScheduler, { now: { value: monotonicNow } }) as SchedulerLike;

export interface NodeOsOptions {
  /** Whether to use /proc. False takes the portable path, which macOS always takes. @default whether it is there */
  readonly procfs?: boolean;
}

/** The operating system as Node and /proc, or `ps`, show it. Throws UNSUPPORTED on Windows. */
export function createNodeOs(options: NodeOsOptions = {}): Os {
  requireUnix(process.platform);
  const inspector = createInspector(options);
  const host = describeHost(inspector);
  const hostToken = randomUUID();
  const guardian = new Guardian(hostToken, (message) => host.warn(message));
  return {
    spawn: (request, cancelSignal) => spawnChild(request, { inspector, guardian }, cancelSignal),
    attach: (target, runId) => attachProcess(target, inspector, runId),
    newRunId: (prefix) => `${prefix}.${randomUUID()}`,
    hostToken,
    findCarriers: (prefix) => findCarriers(prefix, inspector),
    close: () => guardian.close(),
    prepareSamples: () => inspector.prepareSamples(),
    holdHost,
    scheduler: steadyScheduler,
    backgroundScheduler: unrefScheduler,
    host,
  };
}

function createInspector({ procfs = true }: NodeOsOptions): Inspector {
  const boot = procfs ? readBoot() : undefined;
  return boot === undefined ? new PsInspector() : new ProcfsInspector(boot);
}

/** The longest delay a Node timer can have, about 25 days; it only has to exist. */
const longestDelayMs = 0x7fffffff;

function holdHost(): () => void {
  const timer = setInterval(() => undefined, longestDelayMs);
  return () => clearInterval(timer);
}

function describeHost(inspector: Inspector): Host {
  const probe = inspector.openOwn(process.pid, process.uptime() * 1000);
  const { identity } = probe;
  probe.release();
  return {
    identity,
    get cwd(): string {
      return workingDirectory();
    },
    get env(): Readonly<Record<string, string>> {
      return process.env as Record<string, string>;
    },
    now: () => Date.now(),
    random: () => Math.random(),
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    readFile: (path) => readFileSync(path, "utf8"),
    warn: (message) => process.emitWarning(message, "DroverWarning"),
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    const text =
      "the working directory of this program has been removed; change to another one, or give absolute paths";
    throw new ProcessError("ILLEGAL_STATE", text, { cause: error });
  }
}
