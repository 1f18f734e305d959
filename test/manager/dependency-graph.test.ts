import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DependencyGraph, findCycle, findCycles } from "../../src/manager/dependency-graph.js";
import { stopWaves } from "../../src/manager/stop-waves.js";

type Edges = Readonly<Record<string, readonly string[]>>;

const graphOf =
  (edges: Edges): DependencyGraph =>
  (name) =>
    edges[name] ?? [];

/** Everything a name depends on, also by way of others. */
function reachableFrom(name: string, edges: Edges): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...(edges[name] ?? [])];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    left.push(...(edges[next] ?? []));
  }
  return found;
}

const nameOf = (index: number): string => `p${index}`;

/** Edges between up to 12 names, drawn freely, or only from a later name to earlier ones. */
const graphs = (isAcyclic: boolean): fc.Arbitrary<Edges> =>
  fc.integer({ min: 1, max: 12 }).chain((size) => {
    const rows = Array.from({ length: size }, (_none, row) =>
      isAcyclic && row === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.integer({ min: 0, max: isAcyclic ? row - 1 : size - 1 }), { maxLength: 4 }),
    );
    return fc
      .tuple(...rows)
      .map((all) => Object.fromEntries(all.map((targets, row) => [nameOf(row), targets.map(nameOf)])));
  });

describe("findCycle", () => {
  test.each<[string, Edges, readonly string[] | undefined]>([
    ["nothing", {}, undefined],
    ["a chain", { a: ["b"], b: ["c"] }, undefined],
    ["a diamond", { a: ["b", "c"], b: ["d"], c: ["d"] }, undefined],
    ["a name that is unknown", { a: ["nobody"] }, undefined],
    ["itself", { a: ["a"] }, ["a", "a"]],
    ["two", { a: ["b"], b: ["a"] }, ["a", "b", "a"]],
    ["three", { a: ["b"], b: ["c"], c: ["a"] }, ["a", "b", "c", "a"]],
    ["a loop behind the start", { a: ["b"], b: ["c"], c: ["b"] }, ["b", "c", "b"]],
    ["a loop after a dead end", { a: ["x", "b"], x: [], b: ["a"] }, ["a", "b", "a"]],
    ["a loop that is not reached", { a: ["b"], c: ["c"] }, undefined],
  ])("of %s", (_what, edges, expected) => {
    expect(findCycle("a", graphOf(edges))).toEqual(expected);
  });

  test("finds one exactly where there is one, and what it finds is one", () => {
    fc.assert(
      fc.property(graphs(false), (edges) => {
        const loops = ["p0", ...reachableFrom("p0", edges)].filter((name) => reachableFrom(name, edges).has(name));
        const cycle = findCycle("p0", graphOf(edges));
        expect(cycle !== undefined).toBe(loops.length > 0);
        if (cycle === undefined) return;
        expect(cycle.at(-1)).toBe(cycle[0]);
        expect(new Set(cycle).size).toBe(cycle.length - 1);
        for (const [index, name] of cycle.slice(0, -1).entries()) expect(edges[name]).toContain(cycle[index + 1]);
      }),
    );
  });

  test("follows a chain of any length", () => {
    const next = (name: string): readonly string[] => (Number(name) < 50_000 ? [String(Number(name) + 1)] : []);
    expect(findCycle("0", next)).toBeUndefined();
    expect(findCycle("0", (name) => (name === "50000" ? ["49999"] : next(name)))).toEqual(["49999", "50000", "49999"]);
  });
});

describe("findCycles", () => {
  test.each<[string, Edges, readonly (readonly string[])[]]>([
    ["none", { a: ["b"], b: [], c: ["a", "b"] }, []],
    [
      "two that stand apart",
      { a: ["a"], b: ["c"], c: ["b"] },
      [
        ["a", "a"],
        ["b", "c", "b"],
      ],
    ],
    ["one, however many depend on it", { a: ["b"], b: ["b"], c: ["b"] }, [["b", "b"]]],
    ["two that share a name: the first", { a: ["b", "c"], b: ["a"], c: ["a"] }, [["a", "b", "a"]]],
  ])("of %s", (_what, edges, expected) => {
    expect(findCycles(Object.keys(edges), graphOf(edges))).toEqual(expected);
  });
});

describe("stopWaves", () => {
  test.each<[string, readonly string[], Edges, readonly (readonly string[])[]]>([
    ["nothing", [], {}, []],
    ["independent ones: all at once, the last made first", ["a", "b", "c"], {}, [["c", "b", "a"]]],
    ["a chain", ["db", "api", "web"], { api: ["db"], web: ["api"] }, [["web"], ["api"], ["db"]]],
    ["a diamond", ["d", "b", "c", "a"], { a: ["b", "c"], b: ["d"], c: ["d"] }, [["a"], ["c", "b"], ["d"]]],
    [
      "a dependency by way of one that is not asked for",
      ["db", "web"],
      { web: ["api"], api: ["db"] },
      [["web"], ["db"]],
    ],
    ["what depends on others that are not asked for", ["web"], { web: ["api"], api: ["db"] }, [["web"]]],
    ["a loop: all at once, last", ["a", "b", "c"], { a: ["b"], b: ["a"], c: ["a"] }, [["c"], ["b", "a"]]],
    ["a loop of one", ["a", "b"], { a: ["a"] }, [["b"], ["a"]]],
    ["what a loop depends on", ["db", "a", "b"], { a: ["b", "db"], b: ["a"] }, [["b", "a"], ["db"]]],
  ])("of %s", (_what, names, edges, expected) => {
    expect(stopWaves(names, graphOf(edges))).toEqual(expected);
  });

  test("hold each name once, and every dependent before all it depends on", () => {
    fc.assert(
      fc.property(graphs(true), fc.infiniteStream(fc.boolean()), (edges, coins) => {
        const names = Object.keys(edges).filter(() => coins.next().value === true);
        const waves = stopWaves(names, graphOf(edges));
        expect(waves.flat().toSorted()).toEqual(names.toSorted());
        const waveOf = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)));
        for (const name of names) {
          for (const other of reachableFrom(name, edges)) {
            if (waveOf.has(other)) expect(waveOf.get(name)).toBeLessThan(waveOf.get(other) ?? -1);
          }
        }
      }),
    );
  });

  test("come to an end with loops, too, and hold each name once", () => {
    fc.assert(
      fc.property(graphs(false), (edges) => {
        const names = Object.keys(edges);
        const waves = stopWaves(names, graphOf(edges));
        expect(waves.flat().toSorted()).toEqual(names.toSorted());
        const waveOf = new Map(waves.flatMap((wave, index) => wave.map((name) => [name, index] as const)));
        for (const name of names) {
          for (const other of reachableFrom(name, edges)) {
            const isLoop = reachableFrom(other, edges).has(name);
            if (!isLoop) expect(waveOf.get(name)).toBeLessThan(waveOf.get(other) ?? -1);
          }
        }
      }),
    );
  });

  test("of a chain of thousands are there at once", () => {
    const names = Array.from({ length: 5000 }, (_none, index) => String(index));
    const waves = stopWaves(names, (name) => (name === "0" ? [] : [String(Number(name) - 1)]));
    expect(waves.length).toBe(5000);
    expect(waves[0]).toEqual(["4999"]);
  });
});
