// The facade of the contract, one short method for each promise: in two files it would only be harder to find.
/* eslint drover/max-lines-reason: off -- see above */
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Observable, Subscription } from "rxjs";
import { ProcessError } from "../errors.js";
import type { LogFiles } from "../logs/log-files.js";
import type { Identity } from "../os/identity.js";
import type { Os } from "../os/os.js";
import type { Cancellable } from "../process/cancellation.js";
import type { HostStreams } from "../process/launch.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import { templateFromOptions } from "../template/from-options.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { recheckTemplate } from "../template/recheck-template.js";
import type { TemplateError } from "../template/store.js";
import { durationMs } from "../units/duration.js";
import { StatusWatcher } from "../watch/status-watcher.js";
import { adoptProcesses } from "./adoption.js";
import { attachedTemplate } from "./attached-template.js";
import { closedError, closeProcesses } from "./close-processes.js";
import { describeCycle } from "./dependency-gate.js";
import { type Explanation, explainProcess } from "./explain.js";
import { Fleet, type FleetContext } from "./fleet.js";
import { instancesOf, memberOf } from "./instances.js";
import { type Logger, lineLogger, warningLogger } from "./logger.js";
import { checkManagerOptions } from "./manager-options.js";
import { openLogFiles } from "./open-log-files.js";
import { restartProcesses, startProcesses, stopProcesses } from "./process-groups.js";
import type {
  AttachOptions,
  CloseOptions,
  MembershipChange,
  ProcessManager,
  ProcessManagerOptions,
  ProcessOptions,
  ProcessOutcome,
  ReloadItem,
} from "./process-manager.js";
import { requireTemplateDir, requireUnmanaged, unknownGroup, unknownProcess } from "./refusals.js";
import type { Registry } from "./registry.js";
import type { PlanItem } from "./reload-plan.js";
import { Reloader } from "./reloader.js";
import { requireWritable } from "./require-writable.js";
import { scaleFamily } from "./scale.js";
import { awaitFirstStep, startsWithManager, withFileWatch } from "./start-up.js";
import { logDirectoryOf, openStateDir, type StateDir } from "./state-dir.js";
import { type ReadMore, TemplateShelf } from "./template-shelf.js";
import { watchTemplates } from "./template-watch.js";

const defaultStatusPeriodMs = 1000;

/** The manager behind `createProcessManager`, for any operating system. */
export class Manager implements ProcessManager {
  readonly #os: Os;
  readonly #logger: Logger;
  readonly #fleet: Fleet;
  readonly #registry: Registry;
  readonly #templates: TemplateShelf;
  readonly #watcher: StatusWatcher;
  readonly #logFiles: LogFiles;
  readonly #reloader: Reloader;
  readonly #options: ProcessManagerOptions;
  #directoryWatch: Subscription | undefined;
  #state: StateDir | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ProcessManagerOptions, os: Os, readMore?: ReadMore) {
    checkManagerOptions(options);
    this.#os = os;
    this.#logger = options.logger ?? warningLogger((message) => os.host.warn(message));
    this.#templates = new TemplateShelf(options.templateDir, os.host, readMore);
    this.#options = options;
    const periodMs = durationMs(options.statusPeriod ?? defaultStatusPeriodMs, "statusPeriod");
    const prepare = (): Promise<void> | undefined => os.prepareSamples();
    this.#watcher = new StatusWatcher({ periodMs, prepare, scheduler: os.backgroundScheduler });
    this.#logFiles = openLogFiles(os, this.#logger);
    this.#fleet = new Fleet(this.#fleetContext(options, os));
    this.#registry = this.#fleet.registry;
    this.#reloader = new Reloader({
      fleet: this.#fleet,
      templates: this.#templates,
      adapt: (template) => this.#adapt(template),
      forget: async (process) => await this.delete(process.name),
      forgetRecord: async (name) => await this.#state?.records.remove(name),
      start: (process) => void this.#startMarked(process),
      requireOpen: () => this.#requireOpen(),
    });
  }

  #fleetContext(options: ProcessManagerOptions, os: Os): FleetContext {
    const logDirectory = logDirectoryOf(options.stateDir, os.host);
    const warn = (message: string, error: ProcessError): void =>
      this.#logger.warn({ err: error, process: error.process }, message);
    const { stateDir } = options;
    return {
      process: {
        os,
        managerEnv: options.env ?? {},
        detachedToken: () => this.#state?.detachedToken ?? "detached",
        logDirectory,
        watcher: this.#watcher,
        logFiles: this.#logFiles,
        warn,
        record: (name) => this.#record(name),
      },
      supervision: {
        os,
        warn,
        tellLine: lineLogger(this.#logger),
        tell: (process, message) => this.#logger.info({ process }, `${process}: ${message}`),
        ownPaths: stateDir === undefined ? [] : [resolve(os.host.cwd, stateDir)],
      },
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

  /**
   * Takes the state directory, reads the template directory, makes a handle for each template, finds again what earlier
   * managers have left, and starts what is marked, each after what it depends on. Resolves when each of those runs (ready
   * or not yet), could not be started, or waits for what it depends on.
   */
  async open(): Promise<void> {
    const warn = (message: string, error: unknown): void => this.#logger.error({ err: error }, message);
    const { stateDir, templateDir, watchTemplates: isWatched = false } = this.#options;
    if (stateDir !== undefined) this.#state = await openStateDir(stateDir, this.#os, warn);
    try {
      // Before the directory is read: what is saved from then on is not missed.
      this.#directoryWatch = watchTemplates(isWatched ? templateDir : undefined, this.#os, () => this.#reloadUnasked());
      await this.#fleet.membership.take(async () => await this.#populate());
      const marked = this.#registry.all().filter((process) => !process.commands.isHeldDown);
      await Promise.all(marked.map(async (process) => await this.#startMarked(process)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #populate(): Promise<void> {
    await this.#templates.load();
    this.#fleet.addTemplates(this.#templates.all().map((template) => this.#adapt(template)));
    for (const name of await this.#adopt()) this.#holdDown(name);
    this.#tellTemplateProblems();
  }

  newProcess(name: string, command: string, options: ProcessOptions = {}): Process {
    this.#requireOpen();
    const { stdin, stdout, stderr, template: written, ...fields } = options ?? {};
    requireWritable(name, { stdout, stderr });
    const template = templateFromOptions(name, command, fields, this.#os.host);
    this.#fleet.requireFree(instancesOf(template));
    if (template.detach && (stdin === "pipe" || stdout !== undefined || stderr !== undefined)) {
      const text = `${name}: detach: a detached process outlives this program and cannot use its streams; give it log files`;
      throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
    }
    this.#writeIfAsked(template, written);
    return this.#fleet.addAll(template, { stdin, stdout, stderr });
  }

  newProcessFromTemplate(source: ProcessTemplate | string, streams: HostStreams = {}): Process {
    this.#requireOpen();
    const isOfDirectory = typeof source === "string";
    const template = isOfDirectory ? this.#adapt(this.#templates.require(source)) : recheckTemplate(source);
    const [first] = instancesOf(template);
    const present = this.#registry.get(first?.template.name ?? template.name);
    if (present !== undefined && isDeepStrictEqual(present.template, first?.template)) return present;
    return this.#fleet.addAll(template, { ...streams, isOfDirectory });
  }

  async attachProcess(name: string, target: number | Identity, options: AttachOptions = {}): Promise<Process> {
    this.#requireOpen();
    const again = this.#claimAttached(name, target);
    if (again !== undefined) return again;
    if (this.#registry.get(name) !== undefined) this.#registry.requireFree(name);
    const child = await this.#os.attach(target);
    try {
      this.#requireOpen();
      requireUnmanaged(child, this.#registry.all());
      const template = attachedTemplate(name, child, options, this.#os.host.cwd);
      this.#writeIfAsked(template, options.template);
      const process = this.#fleet.add(template, {}, (made) => made.attach(child));
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
    if (process === undefined) throw unknownProcess(name, this.#registry.all());
    await process.commands.close(new ProcessError("ILLEGAL_STATE", `${name}: was deleted`, { process: name }), false);
    const { kind, run } = process.describe();
    this.#fleet.leaveAlone(process);
    this.#registry.remove(process);
    void process.closeLog();
    const child = process.forget();
    if (child !== undefined) this.#registry.keepGhost(name, child);
    if (kind === "detached" && run?.runId !== undefined) this.#state?.forgotten.add(run.runId);
    await this.#state?.records.remove(name);
  }

  async startAll(options: Cancellable = {}): Promise<readonly ProcessOutcome[]> {
    this.#requireOpen();
    return await startProcesses(this.#registry.all().filter(isEnabled), options);
  }

  async stopAll(options: Cancellable = {}): Promise<readonly ProcessOutcome[]> {
    this.#requireOpen();
    const ours = this.#registry.all().filter((process) => !process.isForeign);
    return await stopProcesses(ours, this.#fleet.dependenciesOf, options);
  }

  async startGroup(group: string, options: Cancellable = {}): Promise<readonly ProcessOutcome[]> {
    return await startProcesses(this.#group(group).filter(isEnabled), options);
  }

  async stopGroup(group: string, options: Cancellable = {}): Promise<readonly ProcessOutcome[]> {
    return await stopProcesses(this.#group(group), this.#fleet.dependenciesOf, options);
  }

  async restartGroup(group: string, options: Cancellable = {}): Promise<readonly ProcessOutcome[]> {
    return await restartProcesses(this.#group(group).filter(isEnabled), this.#fleet.dependenciesOf, options);
  }

  async scale(name: string, instances: number, options: Cancellable = {}): Promise<readonly Process[]> {
    this.#requireOpen();
    return await scaleFamily(
      this.#fleet,
      { name, instances },
      async (process) => await this.delete(process.name),
      options,
    );
  }

  #group(group: string): readonly ManagedProcess[] {
    this.#requireOpen();
    const found = this.#fleet.inGroup(group);
    if (found.length === 0) throw unknownGroup(group, this.#registry.all());
    return found;
  }

  async plan(): Promise<readonly PlanItem[]> {
    this.#requireOpen();
    requireTemplateDir(this.#templates);
    return await this.#reloader.plan();
  }

  async reload(options: Cancellable = {}): Promise<readonly ReloadItem[]> {
    this.#requireOpen();
    requireTemplateDir(this.#templates);
    const items = await this.#reloader.apply(options);
    this.#tellTemplateProblems();
    return items;
  }

  explain(name: string): Explanation {
    const process = this.#registry.get(name);
    if (process === undefined) throw unknownProcess(name, this.#registry.all());
    return explainProcess(process, this.#fleet, this.#os.host.now());
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

  close(options: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#closeAll(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #closeAll(options: CloseOptions): Promise<void> {
    this.#directoryWatch?.unsubscribe();
    const processes = this.#registry.all();
    for (const process of processes) this.#fleet.leaveAlone(process);
    await closeProcesses(processes, this.#fleet.dependenciesOf, options).finally(async () => {
      this.#registry.complete();
      this.#watcher.close();
      await this.#logFiles.close();
      await this.#os.close();
      await this.#state?.release();
    });
  }

  /** Gives the names of those not to be started now. */
  async #adopt(): Promise<ReadonlySet<string>> {
    if (this.#state === undefined) return new Set();
    const defined = new Set(this.#registry.all().map(({ name }) => name));
    return await adoptProcesses({
      os: this.#os,
      logger: this.#logger,
      state: this.#state,
      handleFor: (template) => this.#registry.get(template.name) ?? this.#fleet.add(template, memberOf(template)),
      isDefined: (name) => defined.has(name),
      hasTemplates: this.#templates.hasSource,
      isRunning: (name) => this.#registry.get(name)?.status.lifecycle === "running",
    });
  }

  /** Writes down what the next manager must know of a process. While the manager closes, nothing is asked of anybody. */
  async #record(name: string): Promise<void> {
    const process = this.#registry.get(name);
    if (process !== undefined) await this.#state?.records.write(process.describe());
  }

  /** A process attached again at the start, when it is the one asked for. */
  #claimAttached(name: string, target: number | Identity): ManagedProcess | undefined {
    const process = this.#registry.get(name);
    const pid = typeof target === "number" ? target : target.pid;
    if (process?.isUnclaimed !== true || process.pid !== pid) return undefined;
    process.claim(process.template);
    return process;
  }

  /** Starts a process that is marked so; resolves when that has come as far as it comes by itself. */
  async #startMarked(process: ManagedProcess): Promise<void> {
    if (this.#closing !== undefined || !startsWithManager(process.template)) return;
    if (process.status.lifecycle === "running") return;
    process.commands.want();
    await awaitFirstStep(process);
  }

  /** Nobody gets the result, so what went wrong is told. Never rejects. */
  async #reloadUnasked(): Promise<void> {
    const tell = (reason: unknown): void =>
      this.#logger.error({ err: reason }, `templates reloaded: ${ProcessError.from(reason).message}`);
    const items = await this.reload().catch((reason: unknown) => [{ error: reason }]);
    for (const { error } of items) if (error !== undefined && this.#closing === undefined) tell(error);
  }

  #tellTemplateProblems(): void {
    for (const error of this.#templates.errors) this.#logger.warn({ file: error.file }, String(error));
    for (const cycle of this.#fleet.cycles()) this.#logger.error({ processes: cycle }, describeCycle(cycle));
  }

  /** What its user has stopped stays so, also under the next manager. */
  #holdDown(name: string): void {
    const process = this.#registry.get(name);
    if (process !== undefined) process.commands.isHeldDown = true;
  }

  /** A development run watches the files of every process that works in a directory of its own. */
  #adapt(template: ProcessTemplate): ProcessTemplate {
    const { dev = false, templateDir } = this.#options;
    return dev ? withFileWatch(template, templateDir === undefined ? undefined : resolve(templateDir)) : template;
  }

  #writeIfAsked(template: ProcessTemplate, written: { readonly runOnStartup?: boolean | undefined } | undefined): void {
    if (written === undefined) return;
    this.#templates.writeSync({ ...template, runOnStartup: written.runOnStartup ?? template.runOnStartup });
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}

function isEnabled({ template }: Process): boolean {
  return template.enabled;
}
