import type { Observable } from "rxjs";
import type { ProcessError } from "../errors.js";
import type { Identity } from "../os/identity.js";
import type { Os } from "../os/os.js";
import type { Cancellable } from "../process/cancellation.js";
import type { HostStreams } from "../process/launch.js";
import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { TemplateError } from "../template/store.js";
import type { TemplateOptions } from "../template/template-options.js";
import type { Explanation } from "./explain.js";
import type { Logger } from "./logger.js";
import type { PlanItem } from "./reload-plan.js";

export interface ProcessManagerOptions {
  /** Directory of template files; undefined reads none. Need not exist. */
  readonly templateDir?: string | undefined;
  /** Directory for log files and, later, records; undefined writes nothing to disk. Created with mode 0700. */
  readonly stateDir?: string | undefined;
  /** Variables every process gets; a template's own `env` wins over them. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Where warnings go. @default Node's process warnings, named `DroverWarning` */
  readonly logger?: Logger | undefined;
  /** Time between two looks at the kernel state of a process: milliseconds or text. @default "1s" */
  readonly statusPeriod?: number | string | undefined;
  /**
   * Every process of the template directory is restarted when files in its working directory change, unless its template
   * says itself what to watch. What is made in code, and jobs, are left alone.
   */
  readonly dev?: boolean | undefined;
  /** Changes in the template directory are acted on by themselves, as by `reload()`. */
  readonly watchTemplates?: boolean | undefined;
  /** The operating system; a fake one in tests. @default the one this program runs on */
  readonly os?: Os | undefined;
}

/** Template fields, and the streams of this program the process is connected to. */
export interface ProcessOptions extends TemplateOptions, HostStreams {
  /** Writes a template file, from which the next manager makes the same process. */
  readonly template?: { readonly runOnStartup?: boolean | undefined } | undefined;
}

/** Template fields for an attached process. `command` and `args` are what a later start runs; else what runs now. */
export interface AttachOptions extends TemplateOptions {
  readonly command?: string | undefined;
  readonly template?: { readonly runOnStartup?: boolean | undefined } | undefined;
}

/** What came of a command for one of several processes. */
export interface ProcessOutcome {
  readonly name: string;
  /** Undefined when it was done. */
  readonly error: ProcessError | undefined;
}

/** What a reload has done about one process. */
export interface ReloadItem extends PlanItem {
  /** Why it could not be done; undefined when it was. */
  readonly error: ProcessError | undefined;
}

/** A process became known to the manager, or was forgotten. */
export interface MembershipChange {
  readonly type: "added" | "removed";
  readonly process: Process;
}

export interface CloseOptions {
  /** Aborted: grace periods end now, what still lives is killed. */
  readonly hurrySignal?: AbortSignal | undefined;
  /** Detached processes are stopped, too; the next manager starts those marked `runOnStartup` again. @default false */
  readonly stopsDetached?: boolean | undefined;
}

/** All processes of a host program, by name. After `close` every method that would change something throws MANAGER_CLOSED. */
export interface ProcessManager extends AsyncDisposable {
  /**
   * Makes a handle for a new process; nothing starts.
   * @throws ProcessError INVALID_TEMPLATE with everything wrong in the options, NAME_TAKEN
   */
  newProcess(name: string, command: string, options?: ProcessOptions): Process;
  /**
   * The handle for a template of the template directory, by name, or for a template object. A handle made from the
   * same template is given again; nothing starts.
   * @throws ProcessError TEMPLATE_NOT_FOUND, NAME_TAKEN by a process that is not made from it
   */
  newProcessFromTemplate(template: ProcessTemplate | string, streams?: HostStreams): Process;
  /**
   * Takes hold of a process that runs already. Rejects with NO_SUCH_PID, NOT_SAME_PROCESS, NOT_PERMITTED, NAME_TAKEN,
   * INVALID_TEMPLATE, and ILLEGAL_STATE for this program itself and for a process that is managed already.
   */
  attachProcess(name: string, target: number | Identity, options?: AttachOptions): Promise<Process>;

  getProcessByName(name: string): Process | undefined;
  getProcessByPid(pid: number): Process | undefined;
  /** In the order they were made. */
  getAllProcesses(): readonly Process[];
  /** Forgets a process without stopping it. Rejects with PROCESS_NOT_FOUND. */
  delete(name: string): Promise<void>;

  /**
   * Starts every enabled process, what it depends on first, and waits until they are ready. One outcome for each process,
   * in any order; cancelled, it is ABORTED for those that were not done. Rejects only with MANAGER_CLOSED.
   */
  startAll(options?: Cancellable): Promise<readonly ProcessOutcome[]>;
  /** Stops every process but attached ones: those nothing depends on first. Outcomes like those of `startAll`. */
  stopAll(options?: Cancellable): Promise<readonly ProcessOutcome[]>;
  /** Starts the enabled processes of a group. Rejects with PROCESS_NOT_FOUND when it has none. */
  startGroup(group: string, options?: Cancellable): Promise<readonly ProcessOutcome[]>;
  /** Stops the processes of a group, those nothing depends on first. Rejects like `startGroup`. */
  stopGroup(group: string, options?: Cancellable): Promise<readonly ProcessOutcome[]>;
  /** Stops the processes of a group, then starts them, each in its order. Rejects like `startGroup`. */
  restartGroup(group: string, options?: Cancellable): Promise<readonly ProcessOutcome[]>;
  /**
   * Changes how many processes there are of a template, while they run: new ones are started if any of them is up, those
   * with the highest numbers are stopped and forgotten. A template with one process keeps that under its plain name, and the
   * others are `name-2` and so on. Rejects with PROCESS_NOT_FOUND, INVALID_TEMPLATE for a number not from 1 to 10000, and the
   * first failure of a start or stop.
   */
  scale(name: string, instances: number, options?: Cancellable): Promise<readonly Process[]>;

  /** What `reload` would do now; nothing is changed. Rejects with ILLEGAL_STATE without a template directory. */
  plan(): Promise<readonly PlanItem[]>;
  /**
   * Reads the template directory anew and does what follows from it: new processes are made (and started when marked
   * `runOnStartup`), changed ones restarted or updated in place, those whose template is gone stopped and forgotten. A file
   * that is not valid keeps the templates it had, and so does a directory that is gone. Processes made in code are left
   * alone; a template scaled by hand keeps its number until its file has another one. Gives what was done, once all that
   * was restarted is ready; cancelled, what is left of it fails with ABORTED. Rejects like `plan`.
   */
  reload(options?: Cancellable): Promise<readonly ReloadItem[]>;
  /** Why a process is as it is: not running, not ready, waiting. Throws PROCESS_NOT_FOUND. */
  explain(name: string): Explanation;

  getTemplate(name: string): ProcessTemplate | undefined;
  /** Templates of the template directory, in file-name order. */
  getAllTemplates(): readonly ProcessTemplate[];
  /** Writes a template file, atomically; resolves with its path. Rejects with ILLEGAL_STATE without a template directory. */
  writeTemplate(template: ProcessTemplate): Promise<string>;
  /** What is wrong with files of the template directory. */
  readonly templateErrors: readonly TemplateError[];

  /**
   * State changes of every process with `notify`. Each subscriber first gets their present states (`previous`
   * undefined), then every change; completes when the manager is closed; never errors.
   */
  readonly notifications$: Observable<ProcessNotification>;
  /**
   * Processes added and removed. Each subscriber first gets the present ones as added; completes when the manager is
   * closed; never errors.
   */
  readonly processes$: Observable<MembershipChange>;

  /**
   * Stops the host-bound processes, dependents before what they depend on, else all at once, leaves detached (unless told
   * otherwise) and attached ones running, and releases everything. Called again it gives the same promise. Rejects with
   * STOP_INCOMPLETE naming what could not be ended.
   */
  close(options?: CloseOptions): Promise<void>;
}
