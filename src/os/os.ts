import type { Readable, Writable } from "node:stream";
import type { SchedulerLike } from "rxjs";
import type { Exit } from "./exit.js";
import type { Identity } from "./identity.js";
import type { KernelStatus } from "./kernel-status.js";
import type { OsState } from "./os-state.js";
import type { Signal } from "./signal.js";

/**
 * The port: everything drover asks of an operating system. `os/node` implements it with Node and /proc,
 * `drover/testing` with scripted fakes. Nothing above it sees Node's ChildProcess or a bare PID.
 */
export interface Os {
  /**
   * Starts a program. Resolves once the kernel has made the process; rejects with SPAWN_FAILED when it could not
   * (missing program, bad working directory, no permission, too many arguments), with ABORTED by `cancelSignal`.
   * Shortages (EAGAIN, EMFILE, ENFILE, ENOMEM) are tried again with growing delays before they are reported.
   * Rejects with NOT_PERMITTED, before anything runs, when this program may not grant `runAs` or `nice`.
   * Unless it detaches, the process and its tree end with this program, also when that is killed.
   */
  spawn(request: SpawnRequest, cancelSignal?: AbortSignal): Promise<Child>;
  /**
   * Takes hold of a process that runs already. Rejects with NO_SUCH_PID (not a PID, no such process, a zombie, a
   * thread), NOT_SAME_PROCESS (the PID belongs to another process than the identity says), NOT_PERMITTED. With the
   * `runId` it was started with, its tree is known as if this host had started it.
   */
  attach(target: number | Identity, runId?: string): Promise<AttachedChild>;
  /**
   * A fresh, unguessable DROVER_ID for a run that begins with `prefix`. Those of host-bound runs begin with `hostToken`,
   * by which whatever they started can be found.
   */
  newRunId(prefix: string): string;
  /** What the DROVER_ID of every host-bound run of this host begins with. */
  readonly hostToken: string;
  /** Called before a round of `sample()` calls; where one snapshot serves all of them, it is taken here. */
  prepareSamples(): Promise<void> | undefined;
  /**
   * Living processes whose DROVER_ID begins with this text: what a run, or all host-bound runs of a host, have left
   * behind. Empty where the environment of other processes cannot be read.
   */
  findCarriers(runIdPrefix: string): Promise<readonly Carrier[]>;
  /** Releases what serves the host-bound processes, once there are none; a later spawn brings it back. */
  close(): Promise<void>;
  /** Keeps the host program alive until the returned function is called. */
  holdHost(): () => void;
  /** Clock and timers for waits that somebody awaits. */
  readonly scheduler: SchedulerLike;
  /** Clock and timers for background work: they never keep the host program alive. */
  readonly backgroundScheduler: SchedulerLike;
  /** The host program itself. */
  readonly host: Host;
}

/** Facts about the host program. */
export interface Host {
  readonly identity: Identity;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The time of day, in milliseconds since 1970. It may be set; waits go by a scheduler instead. */
  now(): number;
  /** A number from 0 to below 1. */
  random(): number;
  /** Whether a path exists and is a file or a link to one. */
  isFile(path: string): boolean;
  /** Text of a file; throws Node's error. */
  readFile(path: string): string;
  /** Tells the people behind the host program, when it has given us no logger. */
  warn(message: string): void;
}

/** What to start and how. */
export interface SpawnRequest {
  /** Path, or name looked up on the PATH of `env`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The process outlives the host: no pipe to it, and it does not keep the host alive. */
  readonly detach: boolean;
  /** Whom it runs as; undefined is whoever this program runs as. Only root may say so. */
  readonly runAs?: RunAs | undefined;
  /**
   * Scheduling priority from -20 (most favoured) to 19, as setpriority(2) counts; undefined keeps that of this program.
   * A value below that of this program needs permission. It is set right after the start: the first microseconds run
   * with the priority of this program.
   */
  readonly nice?: number | undefined;
  readonly stdin: "ignore" | "pipe";
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
}

/**
 * User and group of a process, by names or by numbers as text. The group of a user is the one of the user database when
 * none is given, and the user's supplementary groups are granted as at a login; a group alone leaves the user as it is,
 * without supplementary groups. HOME, USER, LOGNAME and SHELL become those of the user where `env` has none, or the
 * ones of this program. The working directory is entered and output files are made before the user changes.
 */
export interface RunAs {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
}

/** Where an output stream goes. A file is opened for appending and given to the process itself. */
export type OutputTarget =
  | { readonly kind: "discard" }
  | { readonly kind: "inherit" }
  | { readonly kind: "pipe" }
  | { readonly kind: "file"; readonly path: string };

/** A process we hold on to, through a proven identity, but did not start. */
export interface AttachedChild {
  readonly identity: Identity;
  /** Wall-clock start time; not before the start of this host for an own child. */
  readonly startedAt: Date;
  /** Program and arguments as the kernel shows them; empty when it does not. */
  readonly commandLine: readonly string[];
  /** Working directory as the kernel shows it; undefined when it does not. */
  readonly workingDirectory: string | undefined;
  /** Resolves once, when the process has ended; never rejects. Of a process we did not start: after a `sample()`. */
  readonly exit: Promise<Exit>;
  /** What the kernel says now. Synchronous and cheap: one read of a held descriptor. */
  sample(): OsState;
  /** Time since its start in milliseconds; 0 when it has ended. */
  uptimeMs(): number;
  /** Signals this process only. False when it has ended: nothing was signalled. Throws NOT_PERMITTED. */
  signal(signal: Signal): boolean;
  /**
   * Signals the whole tree, one signal after the other: its group at once where the group is its own, and every other
   * member one by one. Those we may not signal are left, and stay listed by `survivors()`.
   */
  signalTree(...signals: readonly Signal[]): Promise<void>;
  /** Every living process of the tree: this one, its group and session, descendants, carriers of its DROVER_ID. */
  survivors(): Promise<readonly Survivor[]>;
  /** The whole status record; undefined when the process has ended. */
  kernelStatus(): KernelStatus | undefined;
  /** Resources used by the tree now. */
  usage(options?: UsageOptions): Promise<Usage>;
  /**
   * Whether a process of the tree holds the Unix socket that listens at this absolute path: a file there may be stale, or
   * somebody else's. Undefined where it cannot be told (no /proc, descriptors of another user, a relative bind).
   */
  listensOn(socketPath: string): Promise<boolean | undefined>;
  /** Pins every thread of the process to CPUs. Rejects with UNSUPPORTED or SPAWN_FAILED and the tool's own words. */
  setAffinity(cpus: { readonly mask: string } | { readonly list: string }): Promise<void>;
  /** No longer keeps the host alive. */
  unref(): void;
  /** Lets go of descriptors; the process itself is left alone. */
  release(): void;
}

/** A process we started. */
export interface Child extends AttachedChild {
  /** Present for a stream asked for as a pipe. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
}

/** A living process that was started, directly or not, by a run of drover. */
export interface Carrier {
  readonly identity: Identity;
  readonly runId: string;
  /** Whether it leads a session of its own, as whatever drover starts does, and what that starts mostly does not. */
  readonly leadsSession: boolean;
  /** Name of the managed process, from DROVER_NAME. */
  readonly name: string;
}

/** A living process of a tree. */
export interface Survivor {
  readonly pid: number;
  /** Start time in clock ticks since boot: with the PID, its identity within this boot. */
  readonly startTicks: number;
  /** Its command line, for people. */
  readonly command: string;
}

export interface UsageOptions {
  /** Whether open files are counted, which costs more than everything else together. @default true */
  readonly countFiles?: boolean;
}

/** Resources used by a tree of processes. */
export interface Usage {
  /** CPU time per wall time since an earlier reading, at least half a second ago (the first: since the start); 100 is one core. */
  readonly cpuPercent: number;
  /** Resident memory in bytes, shared pages counted in each process. */
  readonly memoryBytes: number;
  /** Threads; undefined where the platform does not tell. */
  readonly threads: number | undefined;
  /** Open file descriptors; undefined where they were not counted, or the kernel does not let us. */
  readonly openFiles: number | undefined;
  /** Number of living processes. */
  readonly processes: number;
}
