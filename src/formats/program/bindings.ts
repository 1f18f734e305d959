import type { Expression } from "./parse-program.js";

/** What a name of a program stands for. */
export type Binding =
  | ConstBinding
  /** Each item of a list in turn: the variable of a loop, or what `forEach` and `map` hand over. */
  | { readonly kind: "each"; readonly list: Expression; readonly scope: Scope }
  | { readonly kind: "import"; readonly name: string }
  /** What may change or is not known before the program runs. */
  | { readonly kind: "other"; readonly what: string };

export interface ConstBinding {
  readonly kind: "const";
  readonly name: string;
  readonly value: Expression;
  readonly scope: Scope;
  /** Whether something assigns to a member of it. */
  isChanged: boolean;
}

/** The names of a block, and those of the blocks around it. */
export class Scope {
  readonly #names = new Map<string, Binding>();
  readonly #outer: Scope | undefined;
  /** Whether `var` belongs here. */
  readonly #isFunction: boolean;

  constructor(outer?: Scope, isFunction = true) {
    this.#outer = outer;
    this.#isFunction = isFunction;
  }

  declare(name: string, binding: Binding): void {
    this.#names.set(name, binding);
  }

  /** What a name stands for by a declaration of this very block. */
  own(name: string): Binding | undefined {
    return this.#names.get(name);
  }

  get ofFunction(): Scope {
    let scope: Scope = this;
    while (!scope.#isFunction && scope.#outer !== undefined) scope = scope.#outer;
    return scope;
  }

  find(name: string): Binding | undefined {
    let scope: Scope | undefined = this;
    for (; scope !== undefined; scope = scope.#outer) {
      const binding = scope.#names.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }
}
