import type { DependencyGraph } from "./dependency-graph.js";

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Names in the order in which they stop: each wave holds what nothing in later waves depends on, also by way of names that
 * do not stop, so dependents come before what they depend on. Names in a loop share a wave. Within a wave the order is
 * the reverse of that of `names`.
 */
export function stopWaves(names: readonly string[], dependenciesOf: DependencyGraph): readonly (readonly string[])[] {
  const position = new Map(names.map((name, index) => [name, index]));
  const place = (name: string): number => position.get(name) ?? 0;
  return wavesOf(edgesFrom(names, dependenciesOf))
    .map((wave) => wave.filter((name) => position.has(name)).sort((one, other) => place(other) - place(one)))
    .filter((wave) => wave.length > 0);
}

/** What these names depend on, and what that depends on, to the end. */
function edgesFrom(names: readonly string[], dependenciesOf: DependencyGraph): Edges {
  const edges = new Map<string, ReadonlySet<string>>();
  const left = [...names];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (edges.has(name)) continue;
    const targets = new Set(dependenciesOf(name));
    edges.set(name, targets);
    left.push(...targets);
  }
  return edges;
}

function wavesOf(edges: Edges): readonly (readonly string[])[] {
  const dependents = new Map<string, number>();
  for (const targets of edges.values()) for (const name of targets) add(dependents, name, 1);
  const left = new Set(edges.keys());
  const waves: (readonly string[])[] = [];
  let wave: readonly string[] = [...left].filter((name) => !dependents.has(name));
  while (left.size > 0) {
    if (wave.length === 0) wave = outermostLoops(left, edges);
    waves.push(wave);
    for (const name of wave) left.delete(name);
    const freed = wave.flatMap((name) =>
      [...(edges.get(name) ?? [])].filter((target) => add(dependents, target, -1) === 0),
    );
    wave = freed.filter((name) => left.has(name));
  }
  return waves;
}

function add(counts: Map<string, number>, name: string, by: number): number {
  const count = (counts.get(name) ?? 0) + by;
  counts.set(name, count);
  return count;
}

/** The names in loops that nothing outside of them depends on. */
function outermostLoops(names: ReadonlySet<string>, edges: Edges): readonly string[] {
  const reached = new Map([...names].map((name) => [name, new Set(edgesBelow(name, edges))]));
  const isOutermost = (name: string): boolean =>
    [...names].every((other) => reached.get(other)?.has(name) !== true || reached.get(name)?.has(other) === true);
  return [...names].filter(isOutermost);
}

function edgesBelow(name: string, edges: Edges): Iterable<string> {
  return edgesFrom([...(edges.get(name) ?? [])], (other) => [...(edges.get(other) ?? [])]).keys();
}
