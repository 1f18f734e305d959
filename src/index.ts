import type { ProcessManager, ProcessManagerOptions } from "./manager/process-manager.js";

/**
 * Creates a process manager: reads the template directory, makes a handle for every template, and starts those marked
 * `runOnStartup`, in file-name order. A template file that is wrong is told in `templateErrors`, a process that
 * cannot be started in its status; neither keeps the others from running.
 *
 * @throws ProcessError UNSUPPORTED on Windows, INVALID_TEMPLATE for an option that is wrong
 */
export async function createProcessManager(options: ProcessManagerOptions = {}): Promise<ProcessManager> {
  // Loaded when the first manager is made: rxjs alone is some two hundred files, which a host program that only imports
  // this module, as the commands of a CLI do, should not have to wait for.
  // In parts, one after the other: Node opens all files of a graph at once, and a host may be allowed as few as 64.
  const { createNodeOs } = await import("./os/node/node-os.js");
  await import("./process/managed-process.js");
  await import("./manager/fleet.js");
  const { Manager } = await import("./manager/manager.js");
  const manager = new Manager(options, options.os ?? createNodeOs());
  await manager.open();
  return manager;
}

// What a host program works with.
export { type ErrorCode, errorCodes, ProcessError } from "./errors.js";
// What supervision tells.
export type { HealthReport, HealthVerdict } from "./health/health-report.js";
// What processes write.
export type { LogBook } from "./logs/log-book.js";
export type { LineFilter, LineMatcher, LogLine, LogStream } from "./logs/log-line.js";
export type { Explanation } from "./manager/explain.js";
export type { Logger, LoggerMethods } from "./manager/logger.js";
export type {
  AttachOptions,
  CloseOptions,
  MembershipChange,
  ProcessManager,
  ProcessManagerOptions,
  ProcessOptions,
  ProcessOutcome,
  ReloadItem,
} from "./manager/process-manager.js";
export type { PlanAction, PlanItem } from "./manager/reload-plan.js";
// What the operating system tells.
export { describeExit, type Exit, type ExitCause } from "./os/exit.js";
export type { Identity } from "./os/identity.js";
export type { IdSet, KernelStatus } from "./os/kernel-status.js";
export type {
  AttachedChild,
  Carrier,
  Child,
  Host,
  Os,
  OutputTarget,
  SpawnRequest,
  Survivor,
  Usage,
  UsageOptions,
} from "./os/os.js";
export type { OsState } from "./os/os-state.js";
export type { Signal } from "./os/signal.js";
export type { Cancellable } from "./process/cancellation.js";
export type { Crash } from "./process/crash.js";
export type { CheckReports, CheckUse } from "./process/health-facts.js";
export type { HostStreams } from "./process/launch.js";
export type { Lifecycle } from "./process/lifecycle.js";
export type { Process, StopOptions, StopResult } from "./process/process.js";
export type {
  Desired,
  Health,
  ProcessNotification,
  ProcessState,
  ProcessStatus,
  ScheduleStatus,
  Supervision,
} from "./process/process-status.js";
export type { RunHistory, RunOutcome, ScheduledRun } from "./schedule/run-history.js";
// Templates.
export type * from "./template/process-template.js";
export type { TemplateError } from "./template/store.js";
export type * from "./template/template-options.js";
