import type { ProcessManager } from "../manager/process-manager.js";
import type { Os } from "../os/os.js";
import type { TemplateError } from "../template/store.js";
import type { Counters } from "./counters.js";
import type { ChangeEvent, MembershipEvent } from "./event-info.js";
import type { Feed } from "./feed.js";
import type { LogFeeds } from "./log-feeds.js";
import type { StreamLimit } from "./stream-limit.js";
import type { UsageBoard } from "./usage-board.js";

/** How a manager is to end. */
export interface ShutdownRequest {
  /** Detached processes are left running, for the next manager. */
  readonly keepsDetached: boolean;
}

/** What came of the end of a manager. */
export interface ShutdownResult {
  /** Processes that ran and were stopped. */
  readonly stopped: readonly string[];
  /** Processes left running: attached ones, and detached ones if asked for. */
  readonly left: readonly { readonly name: string; readonly pid: number }[];
}

/** How far a manager has come: `starting` until what is marked has been started. */
export type ManagerPhase = "starting" | "running" | "stopping";

/** The program around a manager, as the API needs it. */
export interface ApiHost {
  readonly version: string;
  /** Absolute path; relative paths of templates that come in are relative to it. */
  readonly cwd: string;
  /** Absolute path. */
  readonly stateDir: string;
  readonly phase: () => ManagerPhase;
  /** What is wrong with template files now. */
  readonly readTemplateErrors: () => Promise<readonly TemplateError[]>;
  /** Ends the manager; resolves when it is closed. */
  readonly shutdown: (request: ShutdownRequest) => Promise<ShutdownResult>;
}

/** What every route works with. */
export interface ApiContext {
  readonly manager: ProcessManager;
  readonly os: Os;
  readonly host: ApiHost;
  readonly usage: UsageBoard;
  readonly logFeeds: LogFeeds;
  readonly events: Feed<ChangeEvent | MembershipEvent>;
  /** Sets the numbers of this manager's events apart from those of others. */
  readonly epoch: string;
  readonly streams: StreamLimit;
  readonly counters: Counters;
}
