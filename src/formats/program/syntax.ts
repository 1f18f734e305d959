import type { Expression, Of, Statement } from "./parse-program.js";

/** Any node of the syntax. */
export type Node = { readonly type: string };
/** A node of one type. */
export type Typed<Type extends (Statement | Expression)["type"]> = Extract<Statement | Expression, { type: Type }>;
/** What a declaration gives names to. */
export type Pattern = Typed<"VariableDeclaration">["declarations"][number]["id"];
export type AnyFunction = Typed<"FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression">;

/** Types say nothing of values. */
const typeOnly = /^TS(?!As|Satisfies|NonNull|TypeAssertion|Instantiation|Module|Enum)/;

export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is Node {
  const { type } = (value ?? {}) as { readonly type?: unknown };
  return typeof value === "object" && typeof type === "string" && !typeOnly.test(type);
}

/** The names in a pattern: `{ a, b: [c = 1], ...d }`. */
export function namesIn(pattern: Pattern): readonly string[] {
  const names: string[] = [];
  const rest: Node[] = [pattern];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node.type === "Identifier") names.push(nameOf(node));
    for (const part of partsOf(node)) if (part !== null) rest.push(part);
  }
  return names;
}

function partsOf(node: Node): readonly (Node | null)[] {
  const { properties, elements, left, argument, value } = node as {
    readonly properties?: readonly Node[];
    readonly elements?: readonly (Node | null)[];
  } & Readonly<Partial<Record<"left" | "argument" | "value", Node>>>;
  const inner = [left, argument, value].filter((part) => part !== undefined);
  return node.type === "Identifier" ? [] : [...(properties ?? []), ...(elements ?? []), ...inner];
}

/** The name of an identifier or of a text in its place; empty for anything else. */
export function nameOf(node: Node): string {
  const { type, name, value } = node as { readonly type: string; readonly name?: string; readonly value?: unknown };
  if (type === "Identifier") return name ?? "";
  return type === "StringLiteral" ? String(value) : "";
}

export function isMember(node: Node): node is Of<"MemberExpression"> | Of<"OptionalMemberExpression"> {
  return node.type === "MemberExpression" || node.type === "OptionalMemberExpression";
}

/** `a.b.c` as it is written, `this` included; empty for what is no chain of names. */
export function dottedName(node: Node): string {
  const names: string[] = [];
  let rest: Node = node;
  while (isMember(rest)) {
    if (rest.computed && rest.property.type !== "StringLiteral") return "";
    names.push(nameOf(rest.property));
    rest = rest.object;
  }
  const root = rest.type === "ThisExpression" ? "this" : nameOf(rest);
  return root === "" || names.includes("") ? "" : [root, ...names.reverse()].join(".");
}

/** What `a` is in `a.b[c]`. */
export function rootOf(node: Node): Node {
  let rest = node;
  while (isMember(rest)) rest = rest.object;
  return rest;
}
