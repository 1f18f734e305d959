import type { PathPart, Problem } from "../template/problem.js";

/** Where a value of a text begins and ends, and where the parts of it do. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly members: readonly { readonly key: string; readonly keyStart: number; readonly place: Place }[];
  readonly items: readonly Place[];
}

/** Where in the text the part of a value begins that a path leads to, or its key. */
export function offsetOf(root: Place | undefined, path: readonly PathPart[], at: Problem["at"]): number {
  let step: Step = { place: root, keyStart: root?.start ?? 0 };
  for (const part of path) {
    const next = stepInto(step.place, part);
    // The nearest thing around what is missing is where it belongs.
    if (next === undefined) return step.place?.start ?? 0;
    step = next;
  }
  return at === "key" ? step.keyStart : (step.place?.start ?? 0);
}

interface Step {
  readonly place: Place | undefined;
  readonly keyStart: number;
}

function stepInto(place: Place | undefined, part: PathPart): Step | undefined {
  if (typeof part === "number") {
    const item = place?.items[part];
    return item && { place: item, keyStart: item.start };
  }
  return place && indexOf(place).get(part);
}

const indexes = new WeakMap<Place, ReadonlyMap<string, Place["members"][number]>>();

/** A report asks for each member of an object: looking through all of them each time would take minutes for a large one. */
function indexOf(place: Place): ReadonlyMap<string, Place["members"][number]> {
  const known = indexes.get(place);
  if (known !== undefined) return known;
  const index = new Map([...place.members].reverse().map((member) => [member.key, member]));
  indexes.set(place, index);
  return index;
}
