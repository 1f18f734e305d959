import { readCommandLine, readEntry, readTable } from "../../src/os/node/procfs/table.js";

/** The shapes a tree can have, from what every manager finds to what no portable one can. */
const shapes = [
  "main process",
  "child",
  "child in a session of its own",
  "double-forked daemon",
  "double-forked daemon with an empty environment",
] as const;
export type Shape = (typeof shapes)[number];

/** What left its parents, its session and its environment behind has nothing to be found by; see docs/lifetime.md. */
export const unfindable: Shape = "double-forked daemon with an empty environment";

/** A tree of five processes, each known by the unusual number of seconds it sleeps. */
export interface FiveProcessTree {
  /** For `sh -c`; nothing of it ends by SIGTERM. */
  readonly script: string;
  /** Those that live, each with its PID. */
  living(): Promise<ReadonlyMap<Shape, number>>;
  /** Whether all five live and the daemons have been left by their parents. */
  isComplete(): Promise<boolean>;
}

let last = 0;

export function fiveProcessTree(): FiveProcessTree {
  last += 1;
  const [main, child, session, daemon, bare] = shapes.map((_shape, index) => `9${process.pid}${last}${index}`);
  const script = `
    trap '' TERM
    sleep ${child} &
    setsid sleep ${session} &
    (setsid sh -c 'sleep ${daemon} & exit' &)
    (setsid env -i sh -c 'sleep ${bare} & exit' &)
    exec sleep ${main}
  `;
  const seconds = [main, child, session, daemon, bare];
  const living = async (): Promise<ReadonlyMap<Shape, number>> => {
    const found = new Map<Shape, number>();
    for (const { pid, alive } of await readTable()) {
      const [program, argument = ""] = alive ? readCommandLine(pid) : [];
      const shape = program === "sleep" ? shapes[seconds.indexOf(argument)] : undefined;
      if (shape !== undefined) found.set(shape, pid);
    }
    return found;
  };
  const isComplete = async (): Promise<boolean> => {
    const found = await living();
    const kin = new Set(found.values());
    const parentOf = (shape: Shape): number => readEntry(found.get(shape) ?? 0)?.parentPid ?? 0;
    const daemons: readonly Shape[] = ["double-forked daemon", unfindable];
    // Their parent is init or a reaper: a leader of a session is still on its way.
    const areLeft = daemons.every((shape) => !kin.has(parentOf(shape)) && !isShell(parentOf(shape)));
    return found.size === shapes.length && areLeft;
  };
  return { script, living, isComplete };
}

function isShell(pid: number): boolean {
  return readCommandLine(pid)[0] === "sh";
}
