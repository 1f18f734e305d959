import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Observable } from "rxjs";
import { ProcessError } from "../errors.js";
import { type Identity, sameIdentity } from "../os/identity.js";
import type { AttachedChild, Os, Survivor } from "../os/os.js";
import type { HostStreams } from "../process/launch.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import type { ProcessContext } from "../process/run-control.js";
import { templateFromOptions } from "../template/from-options.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { TemplateError } from "../template/store.js";
import { durationMs } from "../units/duration.js";
import { StatusWatcher } from "../watch/status-watcher.js";
import { type Logger, warningLogger } from "./logger.js";
import type {
  AttachOptions,
  CloseOptions,
  MembershipChange,
  ProcessManager,
  ProcessManagerOptions,
  ProcessOptions,
} from "./process-manager.js";
import { Registry } from "./registry.js";
import { openStateDir } from "./state-dir.js";
import { TemplateShelf } from "./template-shelf.js";

const defaultStatusPeriodMs = 1000;

/** The manager behind `createProcessManager`, for any operating system. */
export class Manager implements ProcessManager {
  readonly #os: Os;
  readonly #logger: Logger;
  readonly #registry = new Registry();
  readonly #templates: TemplateShelf;
  readonly #context: ProcessContext;
  #closing: Promise<void> | undefined;

  constructor(options: ProcessManagerOptions, os: Os) {
    this.#os = os;
    this.#logger = options.logger ?? warningLogger((message) => os.host.warn(message));
    this.#templates = new TemplateShelf(options.templateDir, os.host.cwd);
    const periodMs = durationMs(options.statusPeriod ?? defaultStatusPeriodMs, "statusPeriod");
    const prepare = (): Promise<void> | undefined => os.prepareSamples();
    this.#context = {
      os,
      managerEnv: options.env ?? {},
      logDirectory: openStateDir(options.stateDir, os.host.cwd)?.logDirectory,
      newRunId: randomUUID,
      watcher: new StatusWatcher({ periodMs, prepare, scheduler: os.backgroundScheduler }),
      warn: (message, error) => this.#logger.warn({ err: error, process: error.process }, message),
    };
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

  /** Reads the template directory, makes a handle for each template, and starts those marked, in file order. */
  async loadTemplates(): Promise<void> {
    await this.#templates.load();
    for (const error of this.#templates.errors) this.#logger.warn({ file: error.file }, String(error));
    for (const template of this.#templates.all()) this.#add(template, {});
    for (const process of this.#registry.all()) if (startsWithManager(process.template)) await this.#startOne(process);
  }

  newProcess(name: string, command: string, options: ProcessOptions = {}): Process {
    this.#requireOpen();
    const { stdin, stdout, stderr, template: written, ...fields } = options;
    const template = templateFromOptions(name, command, fields, this.#os.host);
    this.#registry.requireFree(name);
    if (template.detach && (stdin === "pipe" || stdout !== undefined || stderr !== undefined)) {
      const text = `${name}: detach: a detached process outlives this program and cannot use its streams; give it log files`;
      throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
    }
    this.#writeIfAsked(template, written);
    return this.#add(template, { stdin, stdout, stderr });
  }

  newProcessFromTemplate(source: ProcessTemplate | string, streams: HostStreams = {}): Process {
    this.#requireOpen();
    const template = typeof source === "string" ? this.#templates.require(source) : source;
    const present = this.#registry.get(template.name);
    if (present !== undefined && isDeepStrictEqual(present.template, template)) return present;
    return this.#add(template, streams);
  }

  async attachProcess(name: string, target: number | Identity, options: AttachOptions = {}): Promise<Process> {
    this.#requireOpen();
    this.#registry.requireFree(name);
    const child = await this.#os.attach(target);
    try {
      this.#requireOpen();
      this.#requireUnmanaged(child);
      const { template: written, command, args, ...fields } = options;
      const [program = child.kernelStatus()?.name ?? String(child.identity.pid), ...given] = child.commandLine;
      const template = templateFromOptions(
        name,
        command ?? program,
        { ...fields, args: args ?? (command === undefined ? given : []) },
        { cwd: child.workingDirectory ?? this.#os.host.cwd },
      );
      this.#writeIfAsked(template, written);
      const process = this.#add(template, {});
      process.attach(child);
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
    this.#registry.remove(process);
    await process.close(new ProcessError("ILLEGAL_STATE", `${name}: was deleted`, { process: name }), false);
    process.forget();
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
    const reason = closedError();
    const processes = [...this.#registry.all()].reverse();
    const closing = processes.map((process) => process.close(reason, process.isHostBound, hurrySignal));
    const outcomes = await Promise.allSettled(closing);
    for (const process of processes) process.forget();
    this.#registry.complete();
    this.#context.watcher.close();
    const survivors = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
    if (survivors.length > 0) throw incompleteError(survivors);
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure !== undefined) throw ProcessError.from(failure.reason);
  }

  #add(template: ProcessTemplate, streams: HostStreams): ManagedProcess {
    const process = new ManagedProcess(template, streams, this.#context);
    this.#registry.add(process);
    return process;
  }

  async #startOne(process: ManagedProcess): Promise<void> {
    if (this.#closing !== undefined) return;
    await process.start().catch((reason: unknown) => {
      const error = ProcessError.from(reason);
      this.#logger.error({ err: error, process: process.name }, error.message);
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
    const other = this.#registry.all().find((process) => {
      return process.identity !== undefined && sameIdentity(process.identity, identity);
    });
    if (other === undefined) return;
    const text = `process ${identity.pid} is managed as "${other.name}" already; use that handle or delete it first`;
    throw new ProcessError("ILLEGAL_STATE", text, { process: other.name });
  }
}

function startsWithManager({ enabled, runOnStartup, schedule }: ProcessTemplate): boolean {
  return enabled && runOnStartup && schedule === undefined;
}

function closedError(): ProcessError {
  return new ProcessError("MANAGER_CLOSED", "the process manager is closed; create a new one");
}

function incompleteError(survivors: readonly Survivor[]): ProcessError {
  const list = survivors.map(({ pid, command }) => `${pid} (${command})`).join(", ");
  return new ProcessError("STOP_INCOMPLETE", `the manager is closed, but these processes could not be ended: ${list}`);
}
