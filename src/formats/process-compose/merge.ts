import { isObject } from "../../template/validate.js";
import { wordOf } from "../kind.js";

/** One value over another. */
type Merge = (base: unknown, over: unknown) => unknown;

/** A project over the one that it extends, as process-compose merges files. */
export const mergeProjects: Merge = (base, over) =>
  mergeValues(base, over, {
    ...{ environment: mergeVariables, vars: layOver },
    processes: mergeMaps(() => mergeProcesses),
  });

/** A process over the one that it extends, or over the one of its name in the file below. */
export const mergeProcesses: Merge = (base, over) =>
  mergeValues(base, over, {
    ...{ environment: mergeVariables, vars: layOver, depends_on: layOver },
    namespace: replace,
    watch: (one, other) => mergeValues(one, other, { paths: replace }),
  });

/** Maps are merged by their keys, and lists are put together, unless a key has a way of its own. */
function mergeValues(base: unknown, over: unknown, ways: Readonly<Record<string, Merge>> = {}): unknown {
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  const wayOf = (key: string): Merge => (Object.hasOwn(ways, key) ? ways[key] : undefined) ?? mergeValues;
  return mergeMaps(wayOf)(base, over);
}

function mergeMaps(wayOf: (key: string) => Merge): Merge {
  return (base, over) => {
    if (!isObject(base) || !isObject(over)) return replace(base, over);
    const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
    return Object.fromEntries([...keys].map((key) => [key, wayOf(key)(ownOf(base, key), ownOf(over, key))]));
  };
}

const ownOf = (outer: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(outer, key) ? outer[key] : undefined;

/** What is empty replaces nothing: process-compose cannot tell it from what is left out. */
function replace(base: unknown, over: unknown): unknown {
  const isEmpty = over === null || over === undefined || over === "" || over === 0 || over === false;
  return base !== undefined && (isEmpty || (Array.isArray(over) && over.length === 0)) ? base : over;
}

/** Of a key that is given twice the upper one counts, whatever is below, and also when it is empty. */
function layOver(base: unknown, over: unknown): unknown {
  return isObject(base) && isObject(over) ? { ...base, ...over } : replace(base, over);
}

/** Of lines with the same name the last one counts. */
function mergeVariables(base: unknown, over: unknown): unknown {
  return isObject(base) && isObject(over) ? layOver(base, over) : mergeValues(linesOf(base), linesOf(over));
}

function linesOf(variables: unknown): unknown {
  if (!isObject(variables)) return variables;
  return Object.entries(variables).map(([name, value]) => `${name}=${wordOf(value)}`);
}
