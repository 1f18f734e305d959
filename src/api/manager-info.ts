import type { ManagerPhase } from "./api-context.js";

/** The manager that answers. */
export interface ManagerInfo {
  readonly pid: number;
  readonly version: string;
  readonly stateDir: string;
  readonly startTime: string;
  readonly phase: ManagerPhase;
  /** How many processes it knows. */
  readonly processes: number;
}
