import { isObject } from "../../template/validate.js";
import { Untold } from "../untold.js";
import type { Expression, Of } from "./parse-program.js";
import { nameOf } from "./syntax.js";
import {
  anchor,
  excerptOf,
  listOf,
  type Member,
  objectOf,
  placeOf,
  type Ranged,
  type Told,
  toldAt,
  untoldAt,
} from "./told.js";

/** What the parts of a literal are told with. */
export interface Telling {
  readonly text: string;
  readonly tell: (node: Expression) => Told;
  readonly isEnvironment: (node: Expression) => boolean;
  /** Counts what is copied. */
  readonly spend: (steps: number) => void;
}

export function tellPattern(node: Of<"RegExpLiteral">, { text }: Pick<Telling, "text">): Told {
  try {
    return toldAt(node, new RegExp(node.pattern, node.flags));
  } catch {
    return untoldAt(text, node, "which is no valid pattern");
  }
}

export function tellList(node: Of<"ArrayExpression">, telling: Telling): Told {
  const items = node.elements.flatMap((element): readonly Told[] => {
    if (element === null) return [toldAt(node, undefined)];
    if (element.type !== "SpreadElement") return [anchor(telling.tell(element), element)];
    const { value, place } = telling.tell(element.argument);
    if (!Array.isArray(value)) return [untoldAt(telling.text, element, whyOf(value))];
    telling.spend(value.length);
    return value.map((item: unknown, index) => ({ value: item, place: place.items[index] ?? placeOf(element) }));
  });
  return listOf(node, items);
}

/** Where it cannot be told which members an object has, nothing is said of it. */
export function tellObject(node: Of<"ObjectExpression">, telling: Telling): Told {
  const members = new Map<string, Member>();
  for (const property of withoutEnvironment(node.properties, telling)) {
    const found = property.type === "SpreadElement" ? spread(property, telling) : tellProperty(property, telling);
    if (found instanceof Untold) return toldAt(property, found);
    for (const [key, member] of found) members.set(key, member);
  }
  return objectOf(node, members);
}

/** Every process has the environment of its manager, so what begins with all of it says nothing new. */
function withoutEnvironment(properties: Properties, { isEnvironment }: Telling): Properties {
  const [first, ...others] = properties;
  return first?.type === "SpreadElement" && isEnvironment(first.argument) ? others : properties;
}

type Properties = Of<"ObjectExpression">["properties"];
type Property = Exclude<Properties[number], { type: "SpreadElement" }>;
type Members = readonly (readonly [string, Member])[];

function tellProperty(property: Property, telling: Telling): Members | Untold {
  const { key: name, computed } = property;
  const key = name.type === "NumericLiteral" ? String(name.value) : nameOf(name);
  if (computed || !/^(?:Identifier|StringLiteral|NumericLiteral)$/.test(name.type))
    return new Untold(`has the key \`[${excerptOf(telling.text, name)}]\``, "a name as the key");
  if (key === "__proto__") return new Untold("has the key __proto__, which is not allowed as a name", "another name");
  const keyStart = property.start ?? 0;
  if (property.type !== "ObjectMethod") {
    const value = property.value as Expression;
    return [[key, { keyStart, told: anchor(telling.tell(value), value) }]];
  }
  const what = property.kind === "method" ? "a method" : `a ${property.kind}ter`;
  return [[key, { keyStart, told: toldAt(property, new Untold(`is ${what}`)) }]];
}

function spread(node: Ranged & { readonly argument: Expression }, telling: Telling): Members | Untold {
  const { value, place } = telling.tell(node.argument);
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return untoldAt(telling.text, node, whyOf(value)).value as Untold;
  telling.spend(place.members.length);
  return place.members.map(({ key, keyStart, place: inner }) => {
    return [key, { keyStart, told: { value: value[key], place: inner } }];
  });
}

const whyOf = (value: unknown): string | undefined => (value instanceof Untold ? value.why : undefined);
