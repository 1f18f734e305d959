import { referenceForms } from "../template/env-reference.js";
import { literal } from "./variables.js";

/** A piece of a text: as it stands, or a reference to a variable. */
type Piece = string | Reference;

/** `${NAME}`, `${NAME:-operand}` and their kin, as a POSIX shell has them (XCU 2.6.2). */
interface Reference {
  readonly name: string;
  readonly operator: string;
  /** The default, the message or the replacement; may hold references itself. */
  readonly operand: readonly Piece[];
}

const deepestNesting = 20;

/** Splits a text into what stands for itself and references, of which `$NAME` is one, too. `$$` is a dollar; a dollar before anything else stays. */
function parseReferences(text: string): readonly Piece[] | Unreadable {
  const reader = new ReferenceReader(text);
  const pieces = reader.read(0);
  return reader.message === undefined ? pieces : { message: reader.message, expected: referenceForms };
}

const opening = /\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+]|\})/y;
const bareName = /\$([A-Za-z_][A-Za-z0-9_]*)/y;
const plain = /[^$}]+/y;

class ReferenceReader {
  message: string | undefined;
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads up to the end, or inside a reference up to its closing brace. */
  read(depth: number): readonly Piece[] {
    const pieces: Piece[] = [];
    if (depth > deepestNesting) this.#fail("has references that are nested too deeply");
    while (this.message === undefined && this.#position < this.#text.length) {
      if (depth > 0 && this.#text[this.#position] === "}") break;
      pieces.push(this.#next(depth));
    }
    if (depth > 0 && this.#text[this.#position] !== "}") this.#fail("has a reference without its closing brace");
    this.#position += depth > 0 ? 1 : 0;
    return pieces;
  }

  #next(depth: number): Piece {
    const text = this.#match(plain)?.[0];
    if (text !== undefined) return text;
    if (this.#text.startsWith("$$", this.#position)) return this.#skip(2, "$");
    if (this.#text.startsWith("${", this.#position)) return this.#reference(depth);
    const name = this.#match(bareName)?.[1];
    return name === undefined ? this.#skip(1, this.#text.charAt(this.#position)) : { name, operator: "", operand: [] };
  }

  #reference(depth: number): Piece {
    const form = this.#text.slice(this.#position, this.#position + 40);
    const [, name, operator = ""] = this.#match(opening) ?? [];
    if (name === undefined) return this.#fail(`has a reference drover cannot read: ${JSON.stringify(form)}`);
    return operator === "}" ? { name, operator: "", operand: [] } : { name, operator, operand: this.read(depth + 1) };
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  #skip(length: number, meaning: string): string {
    this.#position += length;
    return meaning;
  }

  #fail(message: string): string {
    this.message ??= message;
    this.#position = this.#text.length;
    return "";
  }
}

/** A value of a template's variable, and whether an empty variable counts for a missing one in it, other than in the original. */
export interface EnvValue {
  readonly value: string;
  readonly isNear: boolean;
}

/** A text as the value of a template's variable, whose references are looked up at each start; but for those that are known now. */
export function readEnvValue(text: string, known: Lookup = () => undefined): EnvValue | Unreadable {
  const pieces = parseReferences(text);
  if ("message" in pieces) return pieces;
  return (
    asEnvValue(fillKnown(pieces, known)) ?? {
      message: "has a reference that templates have nothing for",
      expected: referenceForms,
    }
  );
}

/** The pieces with values in place of the references to what is known. */
function fillKnown(pieces: readonly Piece[], known: Lookup): readonly Piece[] {
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const filled = { ...piece, operand: fillKnown(piece.operand, known) };
    const isUseful = known(piece.name) !== undefined && !(piece.operator.startsWith(":") && known(piece.name) === "");
    const value = isUseful && !piece.operator.endsWith("+") ? known(piece.name) : undefined;
    return value ?? filled;
  });
}

function asEnvValue(pieces: readonly Piece[]): EnvValue | undefined {
  if (pieces.every((piece) => typeof piece === "string")) return { value: literal(pieces.join("")), isNear: false };
  let isNear = false;
  let value = "";
  for (const piece of pieces) {
    const part: EnvValue | undefined =
      typeof piece === "string" ? { value: piece.replaceAll("$", "$$$$"), isNear } : asReference(piece);
    if (part === undefined) return undefined;
    value += part.value;
    isNear ||= part.isNear;
  }
  return { value, isNear };
}

function asReference({ name, operator, operand }: Reference): EnvValue | undefined {
  const inner = asEnvValue(operand);
  // A brace in the value of a variable would end the reference.
  const isCut = operand.some((piece) => typeof piece === "string" && piece.includes("}"));
  if (inner === undefined || isCut || operator.endsWith("+")) return undefined;
  const isStrict = operator === "-" || operator === "?";
  return { value: `\${${name}${isStrict ? ":" : ""}${operator}${inner.value}}`, isNear: inner.isNear || isStrict };
}

/** The value of a variable; undefined when there is none. */
export type Lookup = (name: string) => string | undefined;

/** A text with values in place of its references, and the variables they came from; or what is missing. */
export type Substituted = { readonly text: string; readonly names: readonly string[] } | Unreadable;

export interface Unreadable {
  readonly message: string;
  readonly expected?: string;
}

/** Puts the values of variables into a text. A variable that does not exist is an empty text. */
function substitute(pieces: readonly Piece[], lookup: Lookup): Substituted {
  const names: string[] = [];
  let text = "";
  for (const piece of pieces) {
    const part = typeof piece === "string" ? { text: piece, names: [] } : substituteOne(piece, lookup);
    if ("message" in part) return part;
    text += part.text;
    names.push(...part.names);
  }
  return { text, names: [...new Set(names)] };
}

function substituteOne({ name, operator, operand }: Reference, lookup: Lookup): Substituted {
  const value = lookup(name);
  const exists = value !== undefined && !(operator.startsWith(":") && value === "");
  const isForOne = operator.endsWith("+");
  if (operator === "" || isForOne !== exists) return { text: isForOne ? "" : (value ?? ""), names: [name] };
  const inner = substitute(operand, lookup);
  if ("message" in inner) return inner;
  if (!operator.endsWith("?")) return { text: inner.text, names: [name, ...inner.names] };
  return { message: `needs the variable ${name}: ${inner.text === "" ? "it is not set" : inner.text}` };
}

/** The same for a text as it is written. */
export function substituteIn(text: string, lookup: Lookup): Substituted {
  const pieces = parseReferences(text);
  return "message" in pieces ? pieces : substitute(pieces, lookup);
}
