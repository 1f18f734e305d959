import type { ProcessState } from "../process/process-status.js";
import type { ExitInfo, ProcessInfo } from "./process-info.js";

/** A change of the one-word state of a process, or of what was decided about it. */
export interface ChangeEvent {
  readonly type: "changed";
  readonly name: string;
  readonly state: ProcessState;
  /** Empty in the first event of a process. */
  readonly previous: ProcessState | "";
  /** 0 when nothing runs. */
  readonly pid: number;
  readonly at: string;
  readonly exit: ExitInfo | null;
  readonly reason: string;
}

/** A process became known, or was forgotten. */
export interface MembershipEvent {
  readonly type: "added" | "removed";
  readonly name: string;
  readonly at: string;
}

/** What is, before what changes. */
export interface SnapshotEvent {
  readonly type: "snapshot";
  readonly processes: readonly ProcessInfo[];
}

/** Events came in between that are not kept any more. */
export interface GapEvent {
  readonly type: "gap";
  readonly lost: number;
}

/** What the stream of events tells. */
export type ManagerEvent = ChangeEvent | MembershipEvent | SnapshotEvent | GapEvent;

/** One line of what a process wrote. */
export interface LogLineInfo {
  /** Name of the process. */
  readonly process: string;
  /** When it was first seen; null for what was there before. */
  readonly at: string | null;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
  /** Whether it is a piece of a long line, and more of it follows. */
  readonly partial: boolean;
}
