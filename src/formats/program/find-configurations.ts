import { isObject } from "../../template/validate.js";
import type { ProgramShape } from "../format.js";
import { Untold } from "../untold.js";
import type { ConstBinding, Scope } from "./bindings.js";
import type { Evaluator, Whole } from "./evaluator.js";
import type { Expression } from "./parse-program.js";
import type { Survey } from "./survey.js";
import { dottedName, isMember, nameOf } from "./syntax.js";

/** An object of a program that defines processes, or settings for them. */
export interface Configuration extends Whole {
  /** Settings of the manager that starts it. */
  readonly settings?: unknown;
  /** Whether it is one process, whatever it has in it. */
  readonly isStarted?: boolean;
}

/** The configurations of a program, each once, in the order of the text. */
export function findConfigurations(
  survey: Survey,
  shape: ProgramShape,
  evaluator: Evaluator,
): readonly Configuration[] {
  const given = new Finder(survey, shape, evaluator).find();
  const constants = findConstants(survey, shape, evaluator);
  const used = new Set([...given, ...constants].flatMap(({ uses }) => [...uses]));
  const found = [...given, ...constants.filter(({ binding }) => !used.has(binding))].flatMap(itemsOf);
  // What is named at two places is the same process; where it is started tells more of it.
  const byValue = new Map(found.toReversed().map((configuration) => [configuration.value, configuration]));
  return [...byValue.values()].sort((one, other) => one.place.start - other.place.start);
}

/** Constants that look like a process, or like a list of them. */
function findConstants(
  { consts }: Survey,
  { marks }: ProgramShape,
  evaluator: Evaluator,
): readonly NamedConfiguration[] {
  return consts
    .filter(({ value }) => /^(?:Object|Array|TS\w+)Expression$/.test(value.type))
    .map((binding) => ({ ...evaluator.tellConstant(binding), binding }))
    .filter((told) => itemsOf(told).every(({ value }) => isMarked(value, marks)));
}

type NamedConfiguration = Configuration & { readonly binding: ConstBinding };

/** How sure it is that something is a manager of processes: many things have a method called start. */
type Sureness = "sure" | "open" | "other";

class Finder {
  readonly #survey: Survey;
  readonly #shape: ProgramShape;
  readonly #evaluator: Evaluator;
  /** Their settings, by the call that makes them. */
  readonly #managers: ReadonlyMap<Expression, Whole | undefined>;

  constructor(survey: Survey, shape: ProgramShape, evaluator: Evaluator) {
    this.#survey = survey;
    this.#shape = shape;
    this.#evaluator = evaluator;
    this.#managers = new Map(this.#argumentsOf(shape.makers));
  }

  find(): readonly Configuration[] {
    const settings = [...this.#managers.values()].filter((told) => told !== undefined);
    const wrapped = this.#argumentsOf(this.#shape.wrappers).flatMap(([, told]) => (told === undefined ? [] : [told]));
    const exported = this.#survey.exported.map(({ value, scope }) => this.#evaluator.tellWhole(value, scope));
    const marks = [...this.#shape.marks, ...this.#shape.exportMarks];
    const isConfiguration = (told: Whole): boolean => itemsOf(told).every(({ value }) => isMarked(value, marks));
    return [
      ...settings.filter(isObjectOrUntold),
      ...this.#survey.calls.flatMap((call) => this.#started(call)),
      ...wrapped.filter((told) => told.value instanceof Untold || isConfiguration(told)),
      ...exported.filter(isConfiguration),
    ];
  }

  /** The first arguments of all calls of some functions. */
  #argumentsOf(names: readonly string[]): readonly (readonly [Expression, Whole | undefined])[] {
    const calls = this.#survey.calls.filter(({ call }) => names.includes(dottedName(call.callee)));
    return calls.map(({ call, scope }) => {
      const [first] = call.arguments;
      return [call, first && this.#evaluator.tellWhole(first as Expression, scope)];
    });
  }

  /** What a call starts: the object it is given, or each of the list that a loop goes through. */
  #started({ call, scope }: Survey["calls"][number]): readonly Configuration[] {
    const { callee } = call;
    const [first] = call.arguments;
    if (!isMember(callee) || first === undefined || !this.#shape.starts.includes(nameOf(callee.property))) return [];
    const { sureness, settings } = this.#managerOf(callee.object as Expression, scope);
    const given = this.#each(first as Expression, scope).filter((told) => this.#isStarted(told, sureness));
    return given.map((told) => ({ ...told, settings, isStarted: true }));
  }

  #each(node: Expression, scope: Scope): readonly Whole[] {
    const binding = node.type === "Identifier" ? scope.find(node.name) : undefined;
    if (binding?.kind !== "each") return [this.#evaluator.tellWhole(node, scope)];
    return itemsOf(this.#evaluator.tellWhole(binding.list, binding.scope));
  }

  #managerOf(node: Expression, scope: Scope): { readonly sureness: Sureness; readonly settings: unknown } {
    const name = dottedName(node);
    const binding = scope.find(name);
    const made = binding?.kind === "const" ? withoutAwait(binding.value) : undefined;
    if (made !== undefined && this.#managers.has(made)) {
      return { sureness: "sure", settings: this.#managers.get(made)?.value };
    }
    // A class keeps its manager in a member: when there is just one, it is that.
    const [only] = this.#managers.size === 1 ? this.#managers.values() : [];
    const settings = only?.value;
    if (/manager$|^pm$/i.test(name)) return { sureness: "sure", settings };
    return { sureness: made === undefined ? "open" : "other", settings };
  }

  #isStarted({ value }: Whole, sureness: Sureness): boolean {
    const { marks } = this.#shape;
    if (sureness === "sure") return isObjectOrUntold({ value });
    if (sureness === "other") return isMarked(value, marks);
    return isObject(value) && marks.flat().some((key) => key in value);
  }
}

const isObjectOrUntold = ({ value }: Pick<Whole, "value">): boolean => isObject(value) || value instanceof Untold;

/** The items of a list, or what is none. */
function itemsOf<Item extends Whole>(told: Item): readonly Item[] {
  const { value, place } = told;
  if (!Array.isArray(value) || value.length === 0) return [told];
  return value.map((item: unknown, index) => ({ ...told, value: item, place: place.items[index] ?? place }));
}

/** Whether a value has the keys of a configuration. A command that is a function is one of a command line. */
function isMarked(value: unknown, marks: readonly (readonly string[])[]): boolean {
  if (!isObject(value)) return false;
  const { command } = value;
  const isFunction = command instanceof Untold && /^is a (?:function|method)$/.test(command.complaint.message);
  return !isFunction && marks.some((keys) => keys.every((key) => key in value));
}

function withoutAwait(node: Expression): Expression {
  return node.type === "AwaitExpression" ? node.argument : node;
}
