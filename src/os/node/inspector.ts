import type { Identity } from "../identity.js";
import type { KernelStatus } from "../kernel-status.js";
import type { TableEntry, TableIndex } from "../members.js";
import type { OsState } from "../os-state.js";
import type { Signal } from "../signal.js";

/**
 * How the adapter looks at processes: through /proc where there is one, through `ps` elsewhere. Both answer the same
 * questions; what the second cannot know it says so.
 */
export interface Inspector {
  /** How far apart it may tell two start times of one process. */
  readonly toleranceTicks: number;
  /** Whether the table tells groups and sessions. */
  readonly seesGroups: boolean;
  /** Takes hold of a process; undefined when there is none with that PID. */
  open(pid: number): Probe | undefined | Promise<Probe | undefined>;
  /** Takes hold of a child this very turn spawned, or of this program: nobody can have reaped it yet. */
  openOwn(pid: number, ageMs?: number): Probe;
  prepareSamples(): Promise<void> | undefined;
  /**
   * The process table, read after the call: callers that ask together share one reading. Of processes that started before
   * `sinceTicks`, none of which can be in a tree that began then, it may have no DROVER_ID.
   */
  table(sinceTicks?: number): Promise<TableIndex>;
  /** Variables a process was started with, those asked for; undefined when its environment cannot be read. */
  readEnvironment(pid: number, names: readonly string[]): Promise<readonly (string | undefined)[] | undefined>;
  /** Signals a process found in the table, unless another one has its PID by now. */
  signalMember(member: Member, signal: Signal): void;
  commandLine(pid: number): readonly string[];
  workingDirectory(pid: number): string | undefined;
  /** Whether the PID is that of a thread; the id of its process then. */
  processOfThread(pid: number): number | undefined;
  /** Group the process is in; undefined when the platform does not tell. */
  processGroup(pid: number): number | undefined;
  /** Whether one of the members listens at a Unix socket path; see `AttachedChild.listensOn`. */
  listensOn(members: readonly Member[], socketPath: string): Promise<boolean | undefined>;
  /** What members found in the table use: as the table told it, where it did. */
  measure(members: readonly TableEntry[], countFiles: boolean): Promise<readonly Measurement[]>;
}

/** A process named safely: the PID with its start time. */
export interface Member {
  readonly pid: number;
  readonly startTicks: number;
}

/** A process held by something the kernel never reuses, as long as the probe is not released. */
export interface Probe {
  readonly identity: Identity;
  readonly startedAt: Date;
  sample(): OsState;
  uptimeMs(): number;
  /** Wait status of a zombie, wait(2); undefined when the kernel does not show it. */
  waitStatus(): number | undefined;
  kernelStatus(): KernelStatus | undefined;
  release(): void;
}

/** What one process uses. */
export interface Measurement extends Member {
  /** When it was read, on the clock of `performance.now()`. */
  readonly atMs: number;
  /** CPU time since its start in milliseconds. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly threads: number | undefined;
  readonly openFiles: number | undefined;
}
