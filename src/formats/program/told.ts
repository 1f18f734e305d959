import type { Place } from "../place.js";
import { Untold } from "../untold.js";

/** The value of an expression, as far as it can be told, with the places of its parts. */
export interface Told {
  readonly value: unknown;
  readonly place: Place;
}

/** A member of an object, with the place of its key. */
export interface Member {
  readonly keyStart: number;
  readonly told: Told;
}

/** A part of the text that is a piece of syntax. */
export interface Ranged {
  readonly type: string;
  readonly start?: number | null;
  readonly end?: number | null;
}

export function placeOf({ start, end }: Ranged): Place {
  return { start: start ?? 0, end: end ?? 0, members: [], items: [] };
}

export function toldAt(node: Ranged, value: unknown): Told {
  return { value, place: placeOf(node) };
}

/** The value where it is used, which may be far from where it is written. */
export function anchor({ value, place }: Told, { start, end }: Ranged): Told {
  return { value, place: { ...place, start: start ?? 0, end: end ?? 0 } };
}

export function listOf(node: Ranged, items: readonly Told[]): Told {
  const place = { ...placeOf(node), items: items.map((item) => item.place) };
  return { value: items.map(({ value }) => value), place };
}

export function objectOf(node: Ranged, members: ReadonlyMap<string, Member>): Told {
  const entries = [...members];
  const places = entries.map(([key, { keyStart, told }]) => ({ key, keyStart, place: told.place }));
  return {
    value: Object.fromEntries(entries.map(([key, { told }]) => [key, told.value])),
    place: { ...placeOf(node), members: places },
  };
}

/** Says of an expression that it cannot be told, in the words of the program. */
export function untoldAt(text: string, node: Ranged, what = "which only running the program would tell"): Told {
  if (/^(?:Arrow)?FunctionExpression$/.test(node.type)) return toldAt(node, new Untold("is a function"));
  return toldAt(node, new Untold(`is \`${excerptOf(text, node)}\`, ${what}`));
}

export function excerptOf(text: string, { start, end }: Ranged): string {
  const from = start ?? 0;
  const words = text.slice(from, Math.min(end ?? from, from + 200)).replace(/\s+/g, " ");
  return words.length > 60 ? `${words.slice(0, 60)}…` : words;
}
