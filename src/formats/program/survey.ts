import { type Binding, type ConstBinding, Scope } from "./bindings.js";
import type { Expression, Of, Program } from "./parse-program.js";
import {
  type AnyFunction,
  childrenOf,
  dottedName,
  isMember,
  type Node,
  nameOf,
  namesIn,
  type Pattern,
  rootOf,
  type Typed,
} from "./syntax.js";

type AnyCall = Of<"CallExpression"> | Of<"OptionalCallExpression"> | Of<"NewExpression">;

/** What a program has that processes may be in, in the order of the text, each with the names that it may use. */
export interface Survey {
  readonly calls: readonly { readonly call: AnyCall; readonly scope: Scope }[];
  /** What `export default` and `module.exports =` give away. */
  readonly exported: readonly { readonly value: Expression; readonly scope: Scope }[];
  readonly consts: readonly ConstBinding[];
}

/** Goes through a whole program, without recursion: what the parser could nest is too deep for this. */
export function survey(program: Program): Survey {
  return new Surveyor().go(program);
}

/** What changes the list it is called on. */
const changingMethods = ["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"];
const opensBlock = /^(?:BlockStatement|For(?:In)?Statement|SwitchStatement|StaticBlock|TSModuleBlock)$/;

class Surveyor implements Survey {
  readonly calls: Survey["calls"][number][] = [];
  readonly exported: Survey["exported"][number][] = [];
  readonly consts: ConstBinding[] = [];
  readonly #changes: { readonly name: string; readonly scope: Scope }[] = [];
  /** Functions that get the items of a list, one after the other. */
  readonly #callbacks = new Map<Node, { readonly list: Expression; readonly scope: Scope }>();

  go(program: Program): Survey {
    const rest: { readonly node: Node; readonly scope: Scope }[] = [{ node: program, scope: new Scope() }];
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const scope = this.#visit(next.node, next.scope);
      // What stands first is visited first.
      for (const node of childrenOf(next.node).toReversed()) rest.push({ node, scope });
    }
    for (const { name, scope } of this.#changes) {
      const binding = scope.find(name);
      if (binding?.kind === "const") binding.isChanged = true;
    }
    return this;
  }

  /** Gives the scope of what is inside. */
  #visit(node: Node, scope: Scope): Scope {
    const notes = this.#notes as unknown as Readonly<Record<string, Note | undefined>>;
    notes[node.type]?.(node, scope);
    if (node.type === "ForOfStatement") return openLoop(node as Typed<"ForOfStatement">, scope);
    if ("params" in node && "body" in node) return this.#openFunction(node as unknown as AnyFunction, scope);
    if (node.type === "CatchClause") return openCatch(node, scope);
    return opensBlock.test(node.type) ? new Scope(scope, false) : scope;
  }

  /** What nodes mean for the scope they stand in, by their type. */
  readonly #notes = {
    VariableDeclaration: ({ declarations, kind }: Typed<"VariableDeclaration">, scope: Scope) => {
      for (const { id, init } of declarations) this.#declare(kind, { id, init: init ?? undefined }, scope);
    },
    ImportDeclaration: (node: Typed<"ImportDeclaration">, scope: Scope) => {
      for (const specifier of node.specifiers) {
        const isNamed = specifier.type === "ImportSpecifier";
        const name = isNamed ? nameOf(specifier.imported) : node.source.value.replace(/^node:/, "");
        scope.declare(specifier.local.name, { kind: "import", name });
      }
    },
    FunctionDeclaration: ({ id }: Typed<"FunctionDeclaration">, scope: Scope) => declareOther(id, scope, "a function"),
    ClassDeclaration: ({ id }: Typed<"ClassDeclaration">, scope: Scope) => declareOther(id, scope, "a class"),
    TSEnumDeclaration: ({ id }: Typed<"TSEnumDeclaration">, scope: Scope) => declareOther(id, scope, "an enum"),
    CallExpression: (call: Typed<"CallExpression">, scope: Scope) => this.#noteCall(call, scope),
    OptionalCallExpression: (call: Typed<"OptionalCallExpression">, scope: Scope) => this.#noteCall(call, scope),
    NewExpression: (call: Typed<"NewExpression">, scope: Scope) => {
      this.calls.push({ call, scope });
    },
    AssignmentExpression: ({ left, right }: Typed<"AssignmentExpression">, scope: Scope) => {
      if (dottedName(left) === "module.exports") this.exported.push({ value: right, scope });
      this.#change(left, scope);
    },
    UpdateExpression: ({ argument }: Typed<"UpdateExpression">, scope: Scope) => this.#change(argument, scope),
    UnaryExpression: ({ operator, argument }: Typed<"UnaryExpression">, scope: Scope) => {
      if (operator === "delete") this.#change(argument, scope);
    },
    ExportDefaultDeclaration: ({ declaration }: Typed<"ExportDefaultDeclaration">, scope: Scope) => {
      if (!declaration.type.endsWith("Declaration")) this.exported.push({ value: declaration as Expression, scope });
    },
  } satisfies Record<string, (node: never, scope: Scope) => void>;

  #declare(
    kind: string,
    { id, init }: { readonly id: Pattern; readonly init: Expression | undefined },
    scope: Scope,
  ): void {
    if (kind === "const" && id.type === "Identifier" && init !== undefined) {
      const binding: ConstBinding = { kind: "const", name: id.name, value: init, scope, isChanged: false };
      scope.declare(id.name, binding);
      this.consts.push(binding);
    } else if (!isOfLoop(id, scope)) declareAll(id, kind === "var" ? scope.ofFunction : scope, `a variable of ${kind}`);
  }

  #noteCall(call: Exclude<AnyCall, Of<"NewExpression">>, scope: Scope): void {
    this.calls.push({ call, scope });
    const { callee } = call;
    if (!isMember(callee)) return;
    const method = nameOf(callee.property);
    if (changingMethods.includes(method)) this.#change(callee.object, scope);
    const [first] = call.arguments;
    if (first === undefined) return;
    if (/^(?:forEach|map)$/.test(method)) this.#callbacks.set(first, { list: callee.object as Expression, scope });
    if (dottedName(callee) === "Object.assign") this.#change(first, scope);
  }

  #openFunction(node: AnyFunction, outer: Scope): Scope {
    const scope = new Scope(outer);
    for (const parameter of node.params) declareAll(parameter as Pattern, scope, "a parameter");
    const handed = this.#callbacks.get(node);
    const [first] = node.params;
    if (handed !== undefined && first?.type === "Identifier") scope.declare(first.name, { kind: "each", ...handed });
    return scope;
  }

  #change(target: Node, scope: Scope): void {
    this.#changes.push({ name: nameOf(rootOf(target)), scope });
  }
}

type Note = (node: Node, scope: Scope) => void;

function openLoop({ left, right }: Typed<"ForOfStatement">, outer: Scope): Scope {
  const scope = new Scope(outer, false);
  const [declared] = left.type === "VariableDeclaration" ? left.declarations : [];
  if (declared?.id.type === "Identifier") scope.declare(declared.id.name, { kind: "each", list: right, scope: outer });
  return scope;
}

/** The variable of a loop is declared with the loop already. */
function isOfLoop(id: Pattern, scope: Scope): boolean {
  return id.type === "Identifier" && scope.own(id.name)?.kind === "each";
}

function openCatch(node: Node, outer: Scope): Scope {
  const scope = new Scope(outer, false);
  const { param } = node as { readonly param?: Pattern | null };
  if (param !== undefined && param !== null) declareAll(param, scope, "what was thrown");
  return scope;
}

function declareOther(id: { readonly name: string } | null | undefined, scope: Scope, what: string): void {
  if (id !== null && id !== undefined) scope.declare(id.name, { kind: "other", what });
}

/** Names whose values are not known. */
function declareAll(pattern: Pattern, scope: Scope, what: string): void {
  const binding: Binding = { kind: "other", what };
  for (const name of namesIn(pattern)) scope.declare(name, binding);
}
