import { Subscription } from "rxjs";
import type { ProcessError } from "../errors.js";
import type { Os } from "../os/os.js";
import type { ManagedProcess } from "../process/managed-process.js";

/** What a behaviour needs beside the process it looks after. */
export interface SupervisionContext {
  readonly os: Os;
  /** Tells people what went wrong beside the process. */
  readonly warn: (message: string, error: ProcessError) => void;
  /** Tells people what was decided. */
  readonly tell: (process: string, message: string) => void;
  /** Absolute paths whose change never restarts a process: logs and records. */
  readonly ownPaths: readonly string[];
}

/**
 * Looks after one aspect of a process until it is unsubscribed. Every behaviour asks `process.status.desired` through the
 * commands it gives, so that no one of them undoes what a caller asked for.
 */
export type Behaviour = (process: ManagedProcess, context: SupervisionContext) => Subscription;

/** Lets all behaviours look after a process. */
export function supervise(
  process: ManagedProcess,
  context: SupervisionContext,
  behaviours: readonly Behaviour[],
): Subscription {
  const all = new Subscription();
  for (const behave of behaviours) all.add(behave(process, context));
  return all;
}
