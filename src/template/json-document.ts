import type { PathPart, Problem } from "./problem.js";
import { LineIndex, type ReadDocument, sameKey, textProblem } from "./source-document.js";

/** A value in a JSON text and where it starts. */
interface Node {
  readonly value: unknown;
  readonly start: number;
  readonly members: readonly Member[];
  readonly items: readonly Node[];
  /** A number or a word, as it is written. */
  readonly spelling?: string;
}

interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly node: Node;
}

const deepestNesting = 64;
const characters = String.raw`(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*`;
const stringLiteral = new RegExp(`"${characters}"`, "y");
/** A text up to where it goes wrong. */
const stringBeginning = new RegExp(`"${characters}`, "y");

/** Reads strict JSON, refusing duplicate keys. Unlike JSON.parse of Node 20 it can always say where a text is wrong. */
export function readJsonDocument(text: string): ReadDocument {
  const lines = new LineIndex(text);
  try {
    const root = new JsonReader(text).read();
    return {
      value: root.value,
      locate: (path, at) => lines.positionAt(find(root, path, at).offset),
      spelling: (path) => find(root, path, "value").node.spelling,
    };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { problems: [textProblem(error.message, lines.positionAt(error.offset), error.expected, error.fix)] };
  }
}

/** Unwinds the reader; never leaves this file. */
class JsonFault extends Error {
  readonly offset: number;
  readonly expected: string | undefined;
  readonly fix: string | undefined;

  constructor(offset: number, message: string, expected?: string, fix?: string) {
    super(message);
    this.offset = offset;
    this.expected = expected;
    this.fix = fix;
  }
}

/** The value at a path, or the nearest one around it, and where it or its key stands. */
function find(root: Node, path: readonly PathPart[], at: Problem["at"]): { node: Node; offset: number } {
  let node = root;
  let offset = root.start;
  for (const part of path) {
    const member = node.members.find(({ key }) => typeof part === "string" && sameKey(key, part));
    // An exact spelling wins, so that of two spellings of one field the right one is shown.
    const exact = node.members.find(({ key }) => key === part) ?? member;
    const next = typeof part === "number" ? node.items[part] : exact?.node;
    if (next === undefined) break;
    node = next;
    offset = at === "key" && part === path.at(-1) ? (exact?.keyStart ?? next.start) : next.start;
  }
  return { node, offset };
}

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Node {
    const node = this.#value(0);
    this.#skipBlanks();
    if (this.#offset < this.#text.length) throw this.#unexpected("the end of the file after one value");
    return node;
  }

  #value(depth: number): Node {
    this.#skipBlanks();
    const start = this.#offset;
    if (depth > deepestNesting) throw new JsonFault(start, "is nested too deeply", `at most ${deepestNesting} levels`);
    const character = this.#text[start];
    if (character === "{") return this.#object(start, depth);
    if (character === "[") return this.#list(start, depth);
    const leaf = { start, members: [], items: [] };
    if (character === '"') return { ...leaf, value: this.#string() };
    const value = this.#word();
    return { ...leaf, value, spelling: this.#text.slice(start, this.#offset) };
  }

  #object(start: number, depth: number): Node {
    const members: Member[] = [];
    const value: Record<string, unknown> = {};
    this.#offset += 1;
    while (!this.#ends("}", members.length)) {
      const keyStart = this.#offset;
      if (this.#text[keyStart] !== '"') throw this.#unexpected("a key in double quotes");
      const key = this.#string();
      if (Object.hasOwn(value, key))
        throw new JsonFault(keyStart, `the key ${JSON.stringify(key)} is given twice`, "each key once");
      this.#skipBlanks();
      if (this.#text[this.#offset] !== ":") throw this.#unexpected(`a colon after ${JSON.stringify(key)}`);
      this.#offset += 1;
      const node = this.#value(depth + 1);
      members.push({ key, keyStart, node });
      // Assigning "__proto__" would change the object's class instead.
      Object.defineProperty(value, key, { value: node.value, enumerable: true, configurable: true, writable: true });
    }
    return { value, start, members, items: [] };
  }

  #list(start: number, depth: number): Node {
    const items: Node[] = [];
    this.#offset += 1;
    while (!this.#ends("]", items.length)) items.push(this.#value(depth + 1));
    return { value: items.map((item) => item.value), start, members: [], items };
  }

  /** Steps over the comma between two members, or over the closing bracket; true at the latter. */
  #ends(bracket: "}" | "]", count: number): boolean {
    this.#skipBlanks();
    const character = this.#text[this.#offset];
    if (character === bracket) {
      this.#offset += 1;
      return true;
    }
    if (count === 0) return false;
    if (character !== ",") throw this.#unexpected(`a comma or ${bracket}`);
    const comma = this.#offset;
    this.#offset += 1;
    this.#skipBlanks();
    if (this.#text[this.#offset] === bracket) {
      throw new JsonFault(comma, `there is a comma before ${bracket}`, undefined, "remove it");
    }
    return false;
  }

  #string(): string {
    stringLiteral.lastIndex = this.#offset;
    const [literal] = stringLiteral.exec(this.#text) ?? [];
    if (literal === undefined) throw this.#faultInString();
    this.#offset += literal.length;
    return JSON.parse(literal) as string;
  }

  /** What is wrong with the text that begins here. */
  #faultInString(): JsonFault {
    const start = this.#offset;
    stringBeginning.lastIndex = start;
    this.#offset += (stringBeginning.exec(this.#text)?.[0] ?? "").length;
    const character = this.#text[this.#offset];
    if (character === undefined || character === "\n") {
      return new JsonFault(start, "the text has no closing quote", 'a "');
    }
    if (character !== "\\") return this.#unexpected("an escape such as \\t or \\u0000");
    const letter = this.#text[this.#offset + 1] ?? "";
    const known = '\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four digits';
    return new JsonFault(this.#offset, `unknown escape \\${letter}`, known);
  }

  #word(): unknown {
    const rest = this.#text.slice(this.#offset, this.#offset + 400);
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(rest);
    if (match === null) throw this.#unexpected("a value: a text in double quotes, a number, true, false, null, { or [");
    this.#offset += match[0].length;
    return JSON.parse(match[0]);
  }

  #unexpected(expected: string): JsonFault {
    const found = this.#text.slice(this.#offset).match(/^[\w.+-]{1,30}|^./su)?.[0];
    const fix = found === "/" || found === "#" ? "JSON has no comments; use a .yaml file" : undefined;
    const message = found === undefined ? "the file ends too early" : `unexpected ${JSON.stringify(found)}`;
    return new JsonFault(this.#offset, message, expected, fix);
  }

  #skipBlanks(): void {
    while (" \t\r\n".includes(this.#text[this.#offset] ?? "x")) this.#offset += 1;
  }
}
