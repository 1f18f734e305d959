/** What depends on what, by name. A name that is unknown depends on nothing. */
export type DependencyGraph = (name: string) => readonly string[];

/** A name on the way, and what it depends on that was not looked at yet. */
interface Step {
  readonly name: string;
  readonly left: string[];
}

/** A loop that starts and ends with the same name, reached from `start`; undefined when there is none. */
export function findCycle(start: string, dependenciesOf: DependencyGraph): readonly string[] | undefined {
  const seen = new Set([start]);
  const stepTo = (name: string): Step => ({ name, left: [...dependenciesOf(name)].reverse() });
  // A list of its own instead of recursion: chains may be longer than the call stack.
  const path = [stepTo(start)];
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    const next = last.left.pop();
    if (next === undefined) path.pop();
    else if (!seen.has(next)) {
      seen.add(next);
      path.push(stepTo(next));
    } else {
      const from = path.findIndex(({ name }) => name === next);
      if (from >= 0) return [...path.slice(from).map(({ name }) => name), next];
    }
  }
  return undefined;
}

/** The loops among these names and what they depend on: at least one of any that share a name. */
export function findCycles(names: readonly string[], dependenciesOf: DependencyGraph): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const known = new Set<string>();
  for (const name of names) {
    const cycle = known.has(name) ? undefined : findCycle(name, dependenciesOf);
    if (cycle === undefined || cycle.some((member) => known.has(member))) continue;
    cycles.push(cycle);
    for (const member of cycle) known.add(member);
  }
  return cycles;
}
