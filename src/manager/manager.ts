// The facade of the contract, one short method for each promise: in two files it would only be harder to find.
/* eslint drover/max-lines-reason: off -- see above */
import { isDeepStrictEqual } from "node:util";
import type { Observable } from "rxjs";
import { ProcessError } from "../errors.js";
import { type Identity, sameIdentity } from "../os/identity.js";
import type { AttachedChild, Os } from "../os/os.js";
import type { HostStreams } from "../process/launch.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import type { ProcessContext } from "../process/process-context.js";
import type { ProcessNotification } from "../process/process-status.js";
import { templateFromOptions } from "../template/from-options.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { recheckTemplate } from "../template/recheck-template.js";
import type { TemplateError } from "../template/store.js";
import { durationMs } from "../units/duration.js";
import { StatusWatcher } from "../watch/status-watcher.js";
import { adoptProcesses, recordedChanges } from "./adoption.js";
import { attachedTemplate } from "./attached-template.js";
import { closedError, closeProcesses } from "./close-processes.js";
import { type Logger, warningLogger } from "./logger.js";
import { checkManagerOptions } from "./manager-options.js";
import type {
  AttachOptions,
  CloseOptions,
  MembershipChange,
  ProcessManager,
  ProcessManagerOptions,
  ProcessOptions,
} from "./process-manager.js";
import { Registry } from "./registry.js";
import { requireWritable } from "./require-writable.js";
import { logDirectoryOf, openStateDir, type StateDir } from "./state-dir.js";
import { TemplateShelf } from "./template-shelf.js";

const defaultStatusPeriodMs = 1000;

/** The manager behind `createProcessManager`, for any operating system. */
export class Manager implements ProcessManager {
  readonly #os: Os;
  readonly #logger: Logger;
  readonly #registry = new Registry();
  readonly #templates: TemplateShelf;
  readonly #context: ProcessContext;
  readonly #stateDir: string | undefined;
  #state: StateDir | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ProcessManagerOptions, os: Os) {
    checkManagerOptions(options);
    this.#os = os;
    this.#logger = options.logger ?? warningLogger((message) => os.host.warn(message));
    this.#templates = new TemplateShelf(options.templateDir, os.host);
    const periodMs = durationMs(options.statusPeriod ?? defaultStatusPeriodMs, "statusPeriod");
    const prepare = (): Promise<void> | undefined => os.prepareSamples();
    this.#context = {
      os,
      managerEnv: options.env ?? {},
      detachedToken: () => this.#state?.detachedToken ?? "detached",
      logDirectory: logDirectoryOf(options.stateDir, os.host),
      watcher: new StatusWatcher({ periodMs, prepare, scheduler: os.backgroundScheduler }),
      warn: (message, error) => this.#logger.warn({ err: error, process: error.process }, message),
      record: (name) => this.#record(name),
    };
    this.#stateDir = options.stateDir;
  }

  get notifications$(): Observable<ProcessNotification> {
    return this.#registry.notifications$;
  }

  get processes$(): Observable<MembershipChange> {
    return this.#registry.processes$;
  }

  get templateErrors(): readonly TemplateError[] {
    return this.#templates.errors;
  }

  /**
   * Takes the state directory, reads the template directory, makes a handle for each template, finds again what earlier
   * managers have left, and starts what is marked, in file order.
   */
  async open(): Promise<void> {
    const warn = (message: string, error: unknown): void => this.#logger.error({ err: error }, message);
    if (this.#stateDir !== undefined) this.#state = await openStateDir(this.#stateDir, this.#os, warn);
    try {
      await this.#templates.load();
      for (const error of this.#templates.errors) this.#logger.warn({ file: error.file }, String(error));
      for (const template of this.#templates.all()) this.#add(template, {});
      const kept = await this.#adopt();
      for (const process of this.#registry.all()) {
        if (startsWithManager(process.template) && !kept.has(process.name)) await this.#startOne(process);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  newProcess(name: string, command: string, options: ProcessOptions = {}): Process {
    this.#requireOpen();
    const { stdin, stdout, stderr, template: written, ...fields } = options ?? {};
    requireWritable(name, { stdout, stderr });
    const template = templateFromOptions(name, command, fields, this.#os.host);
    if (this.#registry.get(name)?.isUnclaimed !== true) this.#registry.requireFree(name);
    if (template.detach && (stdin === "pipe" || stdout !== undefined || stderr !== undefined)) {
      const text = `${name}: detach: a detached process outlives this program and cannot use its streams; give it log files`;
      throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
    }
    this.#writeIfAsked(template, written);
    return this.#claim(template) ?? this.#add(template, { stdin, stdout, stderr });
  }

  newProcessFromTemplate(source: ProcessTemplate | string, streams: HostStreams = {}): Process {
    this.#requireOpen();
    const template = typeof source === "string" ? this.#templates.require(source) : recheckTemplate(source);
    const present = this.#registry.get(template.name);
    if (present !== undefined && isDeepStrictEqual(present.template, template)) return present;
    return this.#claim(template) ?? this.#add(template, streams);
  }

  async attachProcess(name: string, target: number | Identity, options: AttachOptions = {}): Promise<Process> {
    this.#requireOpen();
    const again = this.#claimAttached(name, target);
    if (again !== undefined) return again;
    if (this.#registry.get(name) !== undefined) this.#registry.requireFree(name);
    const child = await this.#os.attach(target);
    try {
      this.#requireOpen();
      this.#requireUnmanaged(child);
      const template = attachedTemplate(name, child, options, this.#os.host.cwd);
      this.#writeIfAsked(template, options.template);
      const process = this.#add(template, {}, (made) => made.attach(child));
      await this.#record(name);
      return process;
    } catch (error) {
      child.release();
      throw error;
    }
  }

  getProcessByName(name: string): Process | undefined {
    return this.#registry.get(name);
  }

  getProcessByPid(pid: number): Process | undefined {
    return this.#registry.all().find((process) => process.pid === pid);
  }

  getAllProcesses(): readonly Process[] {
    return this.#registry.all();
  }

  async delete(name: string): Promise<void> {
    this.#requireOpen();
    const process = this.#registry.get(name);
    if (process === undefined) {
      throw new ProcessError("PROCESS_NOT_FOUND", `there is no process named "${name}"`, { process: name });
    }
    await process.close(new ProcessError("ILLEGAL_STATE", `${name}: was deleted`, { process: name }), false);
    const { kind, run } = process.describe();
    this.#registry.remove(process);
    const child = process.forget();
    if (child !== undefined) this.#registry.keepGhost(name, child);
    if (kind === "detached" && run?.runId !== undefined) this.#state?.forgotten.add(run.runId);
    await this.#state?.records.remove(name);
  }

  getTemplate(name: string): ProcessTemplate | undefined {
    return this.#templates.get(name);
  }

  getAllTemplates(): readonly ProcessTemplate[] {
    return this.#templates.all();
  }

  async writeTemplate(template: ProcessTemplate): Promise<string> {
    this.#requireOpen();
    return await this.#templates.write(template);
  }

  close({ hurrySignal }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#closeAll(hurrySignal);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #closeAll(hurrySignal: AbortSignal | undefined): Promise<void> {
    await closeProcesses(this.#registry.all(), hurrySignal).finally(async () => {
      this.#registry.complete();
      this.#context.watcher.close();
      await this.#os.close();
      await this.#state?.release();
    });
  }

  /** @param prepare done before anybody hears of the process */
  #add(template: ProcessTemplate, streams: HostStreams, prepare?: (made: ManagedProcess) => void): ManagedProcess {
    if (prepare === undefined) this.#registry.requireFree(template.name);
    const process = new ManagedProcess(template, streams, this.#context);
    prepare?.(process);
    this.#registry.add(process);
    recordedChanges(process).subscribe(() => void this.#record(process.name));
    return process;
  }

  /** Gives the names of those not to be started now. */
  async #adopt(): Promise<ReadonlySet<string>> {
    if (this.#state === undefined) return new Set();
    return await adoptProcesses({
      os: this.#os,
      logger: this.#logger,
      state: this.#state,
      handleFor: (template) => this.#registry.get(template.name) ?? this.#add(template, {}),
      isDefined: (name) => this.#templates.get(name) !== undefined,
      hasTemplates: this.#templates.hasDirectory,
      isRunning: (name) => this.#registry.get(name)?.status.lifecycle === "running",
    });
  }

  /** Writes down what the next manager must know of a process. While the manager closes, nothing is asked of anybody. */
  async #record(name: string): Promise<void> {
    const process = this.#registry.get(name);
    if (process !== undefined) await this.#state?.records.write(process.describe());
  }

  /** A process found again at the start becomes that of the host program that defines it. */
  #claim(template: ProcessTemplate): ManagedProcess | undefined {
    const process = this.#registry.get(template.name);
    if (process?.isUnclaimed !== true) return undefined;
    process.claim(template);
    return process;
  }

  /** A process attached again at the start, when it is the one asked for. */
  #claimAttached(name: string, target: number | Identity): ManagedProcess | undefined {
    const process = this.#registry.get(name);
    const pid = typeof target === "number" ? target : target.pid;
    if (process?.isUnclaimed !== true || process.pid !== pid) return undefined;
    process.claim(process.template);
    return process;
  }

  async #startOne(process: ManagedProcess): Promise<void> {
    if (this.#closing !== undefined) return;
    await process.start().catch((reason: unknown) => {
      const error = ProcessError.from(reason);
      if (this.#closing === undefined) this.#logger.error({ err: error, process: process.name }, error.message);
    });
  }

  #writeIfAsked(template: ProcessTemplate, written: { readonly runOnStartup?: boolean | undefined } | undefined): void {
    if (written === undefined) return;
    this.#templates.writeSync({ ...template, runOnStartup: written.runOnStartup ?? template.runOnStartup });
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  /** One process under two names would be stopped by one and started again by the other. */
  #requireUnmanaged(child: AttachedChild): void {
    const { identity } = child;
    // The PID first: it is at hand, and the same for nearly none of thousands.
    const isSame = (process: ManagedProcess): boolean =>
      process.pid === identity.pid && process.identity !== undefined && sameIdentity(process.identity, identity);
    const other = this.#registry.all().find(isSame);
    if (other === undefined) return;
    const text = `process ${identity.pid} is managed as "${other.name}" already; use that handle or delete it first`;
    throw new ProcessError("ILLEGAL_STATE", text, { process: other.name });
  }
}

function startsWithManager({ enabled, runOnStartup, schedule }: ProcessTemplate): boolean {
  return enabled && runOnStartup && schedule === undefined;
}
