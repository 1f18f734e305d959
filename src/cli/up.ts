import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pairwise } from "rxjs";
import { ProcessError } from "../errors.js";
import { Manager } from "../manager/manager.js";
import { createNodeOs } from "../os/node/node-os.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import { describeChange, describeRow, isRoutine, rowTitles } from "./describe-process.js";
import { exitCode } from "./exit-code.js";
import { describeAsJson } from "./process-json.js";
import { layOut, type Terminal, terminalLogger } from "./terminal.js";

export interface UpOptions {
  readonly templateDir: string;
  readonly stateDir: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Runs what is marked in the template directory until it is told to end; gives the exit code. */
export async function runUp(options: UpOptions, terminal: Terminal): Promise<number> {
  const { templateDir, stateDir, json } = options;
  if (!existsSync(templateDir)) {
    const text = `there is no template directory ${resolve(templateDir)}; create it, or name another one with --template-dir`;
    throw new ProcessError("INVALID_TEMPLATE", text);
  }
  const os = createNodeOs();
  const endings = listenForEnd(terminal);
  const releaseHost = os.holdHost();
  const manager = new Manager({ templateDir, stateDir, logger: terminalLogger(terminal) }, os);
  try {
    // A Ctrl-C while processes are started ends the start under way, and starts no more.
    const opening = manager.open();
    void endings.first.then(() => manager.close({ hurrySignal: endings.second }).catch(() => undefined));
    await opening;
    if (manager.getAllProcesses().length === 0 && manager.templateErrors.length > 0) return exitCode.usage;
    if (!json) tellTable(manager.getAllProcesses(), templateDir, terminal);
    for (const process of manager.getAllProcesses()) tellChanges(process, options, terminal);
    await endings.first;
    tellEnd(manager.getAllProcesses(), json, terminal);
    await manager.close({ hurrySignal: endings.second });
    return exitCode.done;
  } finally {
    await manager.close({ hurrySignal: endings.second });
    releaseHost();
  }
}

interface Endings {
  /** Resolves at the first Ctrl-C, SIGTERM or SIGHUP, or when nobody reads the output any more. */
  readonly first: Promise<void>;
  /** Aborted at the second. */
  readonly second: AbortSignal;
}

/** One Ctrl-C may arrive twice: the terminal signals the whole foreground group, and `npm start` passes it on too. */
const oneKeyMs = 300;

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function listenForEnd(terminal: Terminal): Endings {
  const second = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  let end: () => void = () => undefined;
  const first = new Promise<void>((resolveFirst) => {
    end = resolveFirst;
  });
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (nowMs - firstMs > oneKeyMs) second.abort();
    firstMs = Math.min(firstMs, nowMs);
    end();
  };
  for (const signal of endSignals) process.on(signal, onSignal);
  void terminal.closed.then(end);
  // Never taken off again: a further Ctrl-C in the last moment must not turn a clean end into a death by signal.
  return { first, second: second.signal };
}

function tellTable(processes: readonly Process[], templateDir: string, terminal: Terminal): void {
  for (const line of layOut([rowTitles, ...processes.map(describeRow)])) terminal.out(line);
  if (processes.some((process) => process.isAlive())) return;
  terminal.err(
    `nothing in ${templateDir} runs: none is marked with runOnStartup, or it was stopped by its user, or see the errors above. Ctrl-C ends`,
  );
}

function tellChanges(process: Process, { json, verbose }: UpOptions, terminal: Terminal): void {
  if (json) {
    process.notifications$.subscribe((notification) => terminal.out(describeAsJson(process, notification)));
    return;
  }
  process.status$.pipe(pairwise()).subscribe(([before, after]) => {
    if (before.state === after.state && before.lastError === after.lastError) return;
    if (before.state === after.state && after.lastError === undefined) return;
    if (verbose || before.state === after.state || !isRoutine(before.state, after.state)) {
      terminal.out(describeChange(before, after, terminal));
    }
  });
}

function tellEnd(processes: readonly Process[], json: boolean, terminal: Terminal): void {
  if (json) return;
  const living = processes.filter((process) => process.isAlive());
  const staying = living.filter((process) => !isHostBound(process));
  for (const { name, pid } of staying) terminal.err(`leaving ${name} (pid ${pid}) running`);
  const count = living.length - staying.length;
  if (count > 0) terminal.err(`stopping ${count} ${count === 1 ? "process" : "processes"}; Ctrl-C again kills`);
}

/** The manager's own handles know it; the public ones do not need to. */
function isHostBound(process: Process): boolean {
  return process instanceof ManagedProcess && process.isHostBound;
}
