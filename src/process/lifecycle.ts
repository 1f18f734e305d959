const transitions = {
  initial: { start: "starting", attached: "running" },
  starting: { spawned: "running", spawnFailed: "failed" },
  running: { stop: "stopping", exit: "exited" },
  stopping: { exit: "exited" },
  exited: { start: "starting" },
  failed: { start: "starting" },
} as const satisfies Record<string, Record<string, string>>;

/** Where we are in the life of a process. */
export type Lifecycle = keyof typeof transitions;

type KeysOf<Union> = Union extends unknown ? keyof Union : never;

/** What moves a process from one lifecycle state to another. */
export type LifecycleEvent = KeysOf<(typeof transitions)[Lifecycle]>;

/** Every state, in the order of a life. */
export const lifecycles = Object.keys(transitions) as readonly Lifecycle[];

/** Every event, in the order of a life. */
export const lifecycleEvents = [
  "start",
  "attached",
  "spawned",
  "spawnFailed",
  "stop",
  "exit",
] as const satisfies readonly LifecycleEvent[];

/** The state after `event`, or undefined when `event` means nothing in `state`. */
export function nextLifecycle(state: Lifecycle, event: LifecycleEvent): Lifecycle | undefined {
  const row: Partial<Record<LifecycleEvent, Lifecycle>> = transitions[state];
  return row[event];
}
