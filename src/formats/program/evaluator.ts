import { isObject } from "../../template/validate.js";
import { EnvText } from "../env-text.js";
import { Untold } from "../untold.js";
import type { ConstBinding, Scope } from "./bindings.js";
import { type Telling, tellList, tellObject, tellPattern } from "./literals.js";
import { calculate, choose, joinTexts } from "./operators.js";
import type { Expression, Of } from "./parse-program.js";
import { dottedName, isMember, type Node, nameOf } from "./syntax.js";
import { placeOf, type Ranged, type Told, toldAt, untoldAt } from "./told.js";

/** What the programs of a system may use without saying what it is. */
export interface KnownNames {
  readonly values: Readonly<Record<string, unknown>>;
  /** Functions by what they are called as, such as `path.join`; undefined for arguments they do not take. */
  readonly calls: readonly { readonly name: RegExp; readonly call: (values: readonly unknown[]) => unknown }[];
}

/** A told expression with the constants that are a part of it. */
export interface Whole extends Told {
  readonly uses: ReadonlySet<ConstBinding>;
}

/** Unwinds what would take too long; never leaves this folder. */
export class TooMuch extends Error {}

const deepestNesting = 100;
const mostSteps = 500_000;

/** Tells the values of expressions without running anything: of literals, of what is put together from them, and of constants. */
export class Evaluator {
  readonly #text: string;
  readonly #known: KnownNames;
  readonly #constants = new Map<ConstBinding, Whole | "being told">();
  #uses = new Set<ConstBinding>();
  #depth = 0;
  #steps = 0;

  constructor(text: string, known: KnownNames) {
    this.#text = text;
    this.#known = known;
  }

  tellWhole(node: Expression, scope: Scope): Whole {
    return this.#collectUses(() => this.#tell(node, scope));
  }

  tellConstant(binding: ConstBinding): Whole {
    const { value, name, scope, isChanged } = binding;
    const earlier = this.#constants.get(binding);
    if (earlier === "being told") {
      return { ...toldAt(value, new Untold(`is \`${name}\`, which refers to itself`)), uses: new Set() };
    }
    if (earlier !== undefined) return earlier;
    this.#constants.set(binding, "being told");
    const changed = toldAt(value, new Untold(`is \`${name}\`, which the program changes later`));
    const told = this.#collectUses(() => (isChanged ? changed : this.#tell(value, scope)));
    this.#constants.set(binding, told);
    return told;
  }

  #collectUses(tell: () => Told): Whole {
    const outer = this.#uses;
    const uses = new Set<ConstBinding>();
    this.#uses = uses;
    try {
      return { ...tell(), uses };
    } finally {
      this.#uses = outer;
    }
  }

  #use(binding: ConstBinding): Told {
    const told = this.tellConstant(binding);
    this.#spend(told.uses.size);
    for (const used of [binding, ...told.uses]) this.#uses.add(used);
    return told;
  }

  #tell(node: Expression, scope: Scope): Told {
    this.#spend(1);
    const reader = (this.#readers as Readonly<Record<string, Reader | undefined>>)[node.type];
    if (reader === undefined) return this.#untold(node);
    if (this.#depth >= deepestNesting)
      return toldAt(node, new Untold("is an expression, which is nested too deeply", "fewer levels"));
    this.#depth += 1;
    try {
      return reader(node as never, scope);
    } finally {
      this.#depth -= 1;
    }
  }

  readonly #readers = {
    StringLiteral: (node: Of<"StringLiteral">) => toldAt(node, node.value),
    NumericLiteral: (node: Of<"NumericLiteral">) => toldAt(node, node.value),
    BooleanLiteral: (node: Of<"BooleanLiteral">) => toldAt(node, node.value),
    NullLiteral: (node: Of<"NullLiteral">) => toldAt(node, null),
    RegExpLiteral: (node: Of<"RegExpLiteral">) => tellPattern(node, { text: this.#text }),
    TemplateLiteral: (node: Of<"TemplateLiteral">, scope: Scope) => this.#template(node, scope),
    ArrayExpression: (node: Of<"ArrayExpression">, scope: Scope) => tellList(node, this.#telling(scope)),
    ObjectExpression: (node: Of<"ObjectExpression">, scope: Scope) => tellObject(node, this.#telling(scope)),
    Identifier: (node: Of<"Identifier">, scope: Scope) => this.#name(node, scope),
    MemberExpression: (node: Of<"MemberExpression">, scope: Scope) => this.#member(node, scope),
    OptionalMemberExpression: (node: Of<"OptionalMemberExpression">, scope: Scope) => this.#member(node, scope),
    CallExpression: (node: Of<"CallExpression">, scope: Scope) => this.#call(node, scope),
    UnaryExpression: (node: Of<"UnaryExpression">, scope: Scope) => this.#unary(node, scope),
    BinaryExpression: (node: Of<"BinaryExpression">, scope: Scope) => this.#binary(node, scope),
    LogicalExpression: (node: Of<"LogicalExpression">, scope: Scope) => {
      const [left, right] = [this.#tell(node.left, scope).value, this.#tell(node.right, scope).value];
      return this.#told(node, choose(node.operator, left, right), [left, right]);
    },
    TSAsExpression: (node: Of<"TSAsExpression">, scope: Scope) => this.#tell(node.expression, scope),
    TSSatisfiesExpression: (node: Of<"TSSatisfiesExpression">, scope: Scope) => this.#tell(node.expression, scope),
    TSNonNullExpression: (node: Of<"TSNonNullExpression">, scope: Scope) => this.#tell(node.expression, scope),
    TSTypeAssertion: (node: Of<"TSTypeAssertion">, scope: Scope) => this.#tell(node.expression, scope),
  } satisfies Partial<Record<Expression["type"], (node: never, scope: Scope) => Told>>;

  #telling(scope: Scope): Telling {
    return {
      text: this.#text,
      tell: (node) => this.#tell(node, scope),
      isEnvironment: (node) => isEnvironment(node, scope),
      spend: (steps) => this.#spend(steps),
    };
  }

  #template(node: Of<"TemplateLiteral">, scope: Scope): Told {
    const parts = node.quasis.flatMap(({ value }, index): readonly unknown[] => {
      const inner = node.expressions[index] as Expression | undefined;
      return [value.cooked, ...(inner === undefined ? [] : [this.#tell(inner, scope).value])];
    });
    return this.#told(node, joinTexts(parts), parts);
  }

  #name(node: Of<"Identifier">, scope: Scope): Told {
    if (node.name === "undefined") return toldAt(node, undefined);
    const binding = scope.find(node.name);
    switch (binding?.kind) {
      case "const":
        return this.#use(binding);
      case "other":
        return this.#untold(node, `${binding.what}, which only running the program would tell`);
      case "each":
        return this.#untold(node);
      default: {
        const { values } = this.#known;
        const name = binding?.name ?? node.name;
        return Object.hasOwn(values, name) ? toldAt(node, values[name]) : this.#untold(node);
      }
    }
  }

  #member(node: AnyMember, scope: Scope): Told {
    const variable = variableIn(node, scope);
    if (variable !== undefined) {
      return toldAt(node, new EnvText([{ name: variable, fallback: undefined, isForEmpty: false }]));
    }
    const key = node.computed ? this.#tell(node.property as Expression, scope).value : nameOf(node.property);
    const outer = this.#tell(node.object as Expression, scope);
    if (outer.value instanceof Untold) return this.#untold(node, outer.value.why);
    const isOfObject = isObject(outer.value) && typeof key === "string" && key !== "";
    if (!isOfObject && !(Array.isArray(outer.value) && typeof key === "number")) return this.#untold(node);
    return memberOf(outer, key as string | number, node) ?? this.#untold(node, "a member that is not there");
  }

  #call(node: Of<"CallExpression">, scope: Scope): Told {
    const known = this.#knownCall(dottedName(node.callee), scope);
    if (known === undefined) return this.#untold(node);
    const values = node.arguments.map((argument) => this.#tell(argument as Expression, scope).value);
    return this.#told(node, known(values), values);
  }

  #knownCall(written: string, scope: Scope): KnownNames["calls"][number]["call"] | undefined {
    const [root = "", ...members] = written.split(".");
    const binding = scope.find(root);
    // A function of the program itself may do anything, whatever it is called.
    if (members.length === 0 && binding !== undefined && binding.kind !== "import") return undefined;
    const name = [binding?.kind === "import" ? binding.name : root, ...members].join(".");
    return this.#known.calls.find((known) => known.name.test(name))?.call;
  }

  #unary(node: Of<"UnaryExpression">, scope: Scope): Told {
    const { value } = this.#tell(node.argument, scope);
    if (typeof value !== "number" || !/^[-+]$/.test(node.operator)) return this.#untold(node);
    return toldAt(node, node.operator === "-" ? -value : value);
  }

  #binary(node: Of<"BinaryExpression">, scope: Scope): Told {
    if (node.left.type === "PrivateName") return this.#untold(node);
    const [left, right] = [this.#tell(node.left, scope).value, this.#tell(node.right, scope).value];
    return this.#told(node, calculate(node.operator, left, right), [left, right]);
  }

  /** What is made of parts; one that is not told says why the whole is not. */
  #told(node: Expression, value: unknown, parts: readonly unknown[]): Told {
    if (typeof value === "string") this.#spend(value.length / 16);
    const untold = [value, ...parts].find((part) => part instanceof Untold);
    return value === undefined || untold !== undefined ? this.#untold(node, untold?.why) : toldAt(node, value);
  }

  #untold(node: Expression, what?: string): Told {
    return untoldAt(this.#text, node, what);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > mostSteps) throw new TooMuch();
  }
}

function memberOf({ value, place }: Told, key: string | number, node: Ranged): Told | undefined {
  if (!Object.hasOwn(value as object, key)) return undefined;
  const inner = typeof key === "number" ? place.items[key] : place.members.find((member) => member.key === key)?.place;
  return { value: (value as Readonly<Record<string | number, unknown>>)[key], place: inner ?? placeOf(node) };
}

type Reader = (node: never, scope: Scope) => Told;

type AnyMember = Of<"MemberExpression"> | Of<"OptionalMemberExpression">;

/** The variable of the environment that an expression is. */
function variableIn(node: AnyMember, scope: Scope): string | undefined {
  const name = dottedName(node).split(".")[2] ?? "";
  return isEnvironment(node.object, scope) && /^[A-Za-z_]\w{0,200}$/.test(name) ? name : undefined;
}

/** Whether an expression is all variables of the environment there are. */
function isEnvironment(node: Node, scope: Scope): boolean {
  if (!isMember(node) || node.object.type !== "Identifier") return false;
  const binding = scope.find(node.object.name);
  return /^(?:process|Bun)\.env$/.test(dottedName(node)) && (binding === undefined || binding.kind === "import");
}
