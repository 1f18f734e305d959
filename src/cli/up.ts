import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { ApiHost, ManagerPhase, ShutdownRequest, ShutdownResult } from "../api/api-context.js";
import { parseListenAddress } from "../api/listen-address.js";
import type { NetworkAccess } from "../api/server.js";
import { keepToken, readToken } from "../api/token-file.js";
import { ProcessError } from "../errors.js";
import type { LogFiles } from "../logs/log-files.js";
import { Manager } from "../manager/manager.js";
import type { ReadMore } from "../manager/template-shelf.js";
import { makeDirectory } from "../os/make-directory.js";
import { createNodeOs } from "../os/node/node-os.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import { TemplateStore } from "../template/store.js";
import { readConfigTemplates } from "./config-file.js";
import { describeRow, rowTitles } from "./describe-process.js";
import { type Endings, listenForEnd } from "./endings.js";
import { exitCode } from "./exit-code.js";
import { leaveFirstProcess } from "./first-process.js";
import type { ForeignFlags } from "./foreign-flags.js";
import type { LineStyle } from "./line-printer.js";
import { keepOwnLog } from "./own-log.js";
import { printLogs } from "./print-logs.js";
import { withProgress } from "./progress.js";
import { readVersion } from "./read-version.js";
import { serveEarly } from "./serve.js";
import { tellChanges } from "./tell-changes.js";
import { layOut, type Terminal } from "./terminal.js";
import { terminalLogger } from "./terminal-logger.js";
import type { UpOptions } from "./up-flags.js";
import { readStart, readStop } from "./up-progress.js";

/** Runs what is marked in the template directory until it is told to end; gives the exit code. */
export async function runUp(flags: UpOptions, terminal: Terminal): Promise<number> {
  const { templateDir, stateDir, dev, watchTemplates, env, statusPeriod, json = false, verbose = false } = flags;
  leaveFirstProcess(terminal);
  requireTemplateDir(templateDir);
  const network = networkOf(flags);
  const os = createNodeOs();
  const startedAt = new Date();
  const lineStyle = lineStyleOf(flags);
  const onlooker = json ? undefined : terminal;
  const isTold = (fields: object): boolean => ("stream" in fields ? lineStyle !== undefined : run.hasOpened);
  const logger = terminalLogger(terminal, { isTold, format: flags.logFormat });
  const options = { templateDir, stateDir, dev, watchTemplates, env, statusPeriod, logger };
  const manager = new Manager(options, os, readMoreOf(flags));
  // Only now: options that are wrong must end the program, and not leave it to wait for a signal.
  const endings = listenForEnd(terminal);
  const releaseHost = os.holdHost();
  const run: UpRun = new UpRun(manager, endings, (living, request) => {
    if (!json) tellEnd(living, request, terminal);
  });
  // A Ctrl-C while processes are started ends the start under way, and starts no more.
  void endings.first.then((request) => run.close(request)).catch(() => undefined);
  const opening = manager.open();
  const serving = serveEarly(manager, os, { host: run.hostFor(flags), opening, terminal, network });
  // Looked at below: it must not be taken for forgotten meanwhile.
  serving.catch(() => undefined);
  let ownLog: LogFiles | undefined;
  try {
    await withProgress(opening, () => readStart(manager.getAllProcesses()), onlooker);
    await serving;
    ownLog = keepOwnLog(resolve(stateDir), os, logger);
    if (manager.getAllProcesses().length === 0 && manager.templateErrors.length > 0) return exitCode.usage;
    if (onlooker !== undefined) tellTable(manager.getAllProcesses(), sourceOf(flags), onlooker);
    run.hasOpened = true;
    tellChanges(manager, { json, verbose }, terminal);
    if (lineStyle !== undefined) printLogs(manager, startedAt, lineStyle, terminal);
    await run.closeAsTold(onlooker);
    return exitCode.done;
  } finally {
    await run.close({ keepsDetached: true });
    await (await serving.catch(() => undefined))?.close();
    await ownLog?.close();
    releaseHost();
  }
}

/** @throws ProcessError INVALID_TEMPLATE */
export function requireTemplateDir(templateDir: string | undefined): void {
  if (templateDir === undefined || existsSync(templateDir)) return;
  const text = `there is no template directory ${resolve(templateDir)}; create it, or name another one with --template-dir`;
  throw new ProcessError("INVALID_TEMPLATE", text);
}

/** Where the templates come from, for people. */
function sourceOf({ templateDir, config = "" }: UpOptions): string {
  return templateDir ?? basename(config);
}

function readMoreOf({ config, ...flags }: Pick<UpOptions, "config" | keyof ForeignFlags>): ReadMore | undefined {
  return config === undefined ? undefined : () => readConfigTemplates(config, flags);
}

/** How what the processes write is shown, if it is. */
function lineStyleOf({
  logs = true,
  json = false,
  logPrefix = true,
  timestamps = false,
}: UpOptions): LineStyle | undefined {
  return logs && !json ? { isPrefixed: () => logPrefix, timestamps } : undefined;
}

type TellEnd = (living: readonly Process[], request: ShutdownRequest) => void;

/** @throws ProcessError BAD_REQUEST */
function networkOf({ listen, listenPublic = false, tokenFile, stateDir }: UpOptions): NetworkAccess | undefined {
  if (listen === undefined) return undefined;
  const address = parseListenAddress(listen, listenPublic);
  if (tokenFile !== undefined) return { ...address, token: readToken(tokenFile) };
  makeDirectory(resolve(stateDir));
  return { ...address, token: keepToken(resolve(stateDir)).token };
}

/** One run of `drover up`, from the opening of its manager to the end. */
class UpRun {
  readonly #manager: Manager;
  readonly #endings: Endings;
  readonly #tellEnd: TellEnd;
  #closing: Promise<ShutdownResult> | undefined;
  hasOpened = false;

  constructor(manager: Manager, endings: Endings, tellEnd: TellEnd) {
    this.#manager = manager;
    this.#endings = endings;
    this.#tellEnd = tellEnd;
  }

  get #phase(): ManagerPhase {
    if (this.#closing !== undefined) return "stopping";
    return this.hasOpened ? "running" : "starting";
  }

  hostFor({ stateDir, templateDir, ...source }: UpOptions): ApiHost {
    return {
      version: readVersion(),
      cwd: process.cwd(),
      stateDir: resolve(stateDir),
      phase: () => this.#phase,
      readTemplateErrors: async () => {
        const inDirectory = templateDir === undefined ? [] : (await new TemplateStore(templateDir).load()).errors;
        return [...inDirectory, ...((await readMoreOf(source)?.())?.errors ?? [])];
      },
      shutdown: async (request) => {
        this.#endings.end(request);
        return await this.close(await this.#endings.first);
      },
    };
  }

  /** Closes the manager; what was asked for first is done. */
  close(request: ShutdownRequest): Promise<ShutdownResult> {
    this.#closing ??= this.#close(request);
    return this.#closing;
  }

  /** Waits until it is told to close, and shows then what it waits for. */
  async closeAsTold(terminal: Terminal | undefined): Promise<void> {
    const request = await this.#endings.first;
    const living = this.#manager.getAllProcesses().filter((process) => process.isAlive());
    const ending = living.filter((process) => !staysRunning(process, request));
    const closing = this.close(request);
    await withProgress(closing, () => readStop(ending), terminal);
  }

  async #close(request: ShutdownRequest): Promise<ShutdownResult> {
    const living = this.#manager.getAllProcesses().filter((process) => process.isAlive());
    const staying = living.filter((process) => staysRunning(process, request));
    const left = staying.map(({ name, pid = 0 }) => ({ name, pid }));
    if (this.hasOpened) this.#tellEnd(living, request);
    await this.#manager.close({ hurrySignal: this.#endings.second, stopsDetached: !request.keepsDetached });
    const stopped = living.filter((process) => !staying.includes(process)).sort(byEnd);
    return { stopped: stopped.map(({ name }) => name), left };
  }
}

function byEnd(one: Process, other: Process): number {
  return Number(one.status.exit?.at ?? 0) - Number(other.status.exit?.at ?? 0);
}

function tellTable(processes: readonly Process[], source: string, terminal: Terminal): void {
  for (const line of layOut([rowTitles, ...processes.map(describeRow)])) terminal.out(line);
  if (processes.some((process) => process.isAlive())) return;
  terminal.err(
    `nothing in ${source} runs: none is marked with runOnStartup, or it was stopped by its user, or see the errors above. ` +
      "`drover start NAME` in another terminal starts one; Ctrl-C ends",
  );
}

function tellEnd(living: readonly Process[], request: ShutdownRequest, terminal: Terminal): void {
  const staying = living.filter((process) => staysRunning(process, request));
  for (const { name, pid } of staying) terminal.err(`leaving ${name} (pid ${pid}) running`);
  const count = living.length - staying.length;
  if (count > 0) terminal.err(`stopping ${count} ${count === 1 ? "process" : "processes"}; Ctrl-C again kills`);
}

/** The manager's own handles know it; the public ones do not need to. */
function staysRunning(process: Process, { keepsDetached }: ShutdownRequest): boolean {
  return process instanceof ManagedProcess && !process.isHostBound && (keepsDetached || process.isForeign);
}
