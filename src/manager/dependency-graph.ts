/** What depends on what, by name. A name that is unknown depends on nothing. */
export type DependencyGraph = (name: string) => readonly string[];

/** A loop that starts and ends with the same name, reached from `start`; undefined when there is none. */
export function findCycle(start: string, dependenciesOf: DependencyGraph): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    const from = path.indexOf(name);
    if (from >= 0) return [...path.slice(from), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of dependenciesOf(name)) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  return visit(start);
}

/**
 * Names in the order in which they stop: each wave holds what nothing in later waves depends on, so dependents come before
 * what they depend on. Within a wave the order is the reverse of that of `names`. Names in a loop are a last wave.
 */
export function stopWaves(names: readonly string[], dependenciesOf: DependencyGraph): readonly (readonly string[])[] {
  const waves: string[][] = [];
  let left = [...names].reverse();
  while (left.length > 0) {
    const needed = new Set(left.flatMap((name) => dependenciesOf(name)));
    const free = left.filter((name) => !needed.has(name));
    const wave = free.length > 0 ? free : left;
    waves.push(wave);
    const stopped = new Set(wave);
    left = left.filter((name) => !stopped.has(name));
  }
  return waves;
}
