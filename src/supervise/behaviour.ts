import { Subscription } from "rxjs";
import type { ProcessError } from "../errors.js";
import type { LogStream } from "../logs/log-line.js";
import type { Os } from "../os/os.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { LogLevel, ProcessTemplate } from "../template/process-template.js";

/** A line a process has written, for the logger of the host. */
export interface EchoedLine {
  readonly process: string;
  readonly stream: LogStream;
  readonly level: LogLevel;
  readonly line: string;
}

/** What a behaviour needs beside the process it looks after. */
export interface SupervisionContext {
  readonly os: Os;
  /** Tells people what went wrong beside the process. */
  readonly warn: (message: string, error: ProcessError) => void;
  /** Tells people what was decided. */
  readonly tell: (process: string, message: string) => void;
  /** Hands on a line a process has written. */
  readonly tellLine: (line: EchoedLine) => void;
  /** Absolute paths whose change never restarts a process: logs and records. */
  readonly ownPaths: readonly string[];
}

/**
 * Looks after one aspect of a process. Every behaviour asks `process.status.desired` through the commands it gives, so that
 * no one of them undoes what a caller asked for.
 */
export interface Behaviour {
  /** Whether a process with this template is to be looked after. */
  readonly isNeeded: (template: ProcessTemplate) => boolean;
  /** Looks after the process until it is unsubscribed. */
  readonly begin: (process: ManagedProcess, context: SupervisionContext) => Subscription;
}

/** Lets those behaviours look after a process that its template, as it is at each moment, needs. */
export function supervise(
  process: ManagedProcess,
  context: SupervisionContext,
  behaviours: readonly Behaviour[],
): Subscription {
  const all = new Subscription();
  // Of a thousand processes most need none: what looks after nothing must not cost memory.
  const active = new Map<Behaviour, Subscription>();
  const adjust = (template: ProcessTemplate): void => {
    for (const behaviour of behaviours) {
      const present = active.get(behaviour);
      if (behaviour.isNeeded(template) === (present !== undefined)) continue;
      present?.unsubscribe();
      if (present !== undefined) active.delete(behaviour);
      else active.set(behaviour, behaviour.begin(process, context));
    }
  };
  all.add(process.template$.subscribe(adjust));
  all.add(() => {
    for (const subscription of active.values()) subscription.unsubscribe();
  });
  return all;
}
