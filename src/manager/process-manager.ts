import type { Observable } from "rxjs";
import type { Identity } from "../os/identity.js";
import type { Os } from "../os/os.js";
import type { HostStreams } from "../process/launch.js";
import type { Process } from "../process/process.js";
import type { ProcessNotification } from "../process/process-status.js";
import type { ProcessTemplate } from "../template/process-template.js";
import type { TemplateError } from "../template/store.js";
import type { TemplateOptions } from "../template/template-options.js";
import type { Logger } from "./logger.js";

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

/** A process became known to the manager, or was forgotten. */
export interface MembershipChange {
  readonly type: "added" | "removed";
  readonly process: Process;
}

export interface CloseOptions {
  /** Aborted: grace periods end now, what still lives is killed. */
  readonly hurrySignal?: AbortSignal | undefined;
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
   * Stops the host-bound processes, in reverse order of their making and all at once, leaves detached and attached ones
   * running, and releases everything. Called again it gives the same promise. Rejects with STOP_INCOMPLETE naming what
   * could not be ended.
   */
  close(options?: CloseOptions): Promise<void>;
}
