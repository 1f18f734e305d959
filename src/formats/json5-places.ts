import type { Place } from "./place.js";

interface Fault {
  readonly offset: number;
  readonly message: string;
  readonly expected?: string;
}

const deepestNesting = 64;
const blanks = /(?:\s+|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y;
const text = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'/y;
const word = /[^\s,:{}[\]"'/]+/y;

/**
 * The places of all values in a text, for messages. It only counts brackets, texts and words: whether the text is right is for the
 * parser to say, so an answer for a wrong text may be wrong, too.
 */
export function readPlaces(source: string): { readonly roots: readonly Place[]; readonly fault?: Fault } {
  try {
    return { roots: new PlaceReader(source).read() };
  } catch (error) {
    if (error instanceof Error && "offset" in error) {
      const { offset, message, expected } = error as Error & Fault;
      return { roots: [], fault: { offset, message, ...(expected !== undefined && { expected }) } };
    }
    throw error;
  }
}

class PlaceReader {
  readonly #source: string;
  #offset = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Place[] {
    const roots: Place[] = [];
    this.#take(blanks);
    while (this.#offset < this.#source.length) {
      roots.push(this.#value(0));
      this.#take(blanks);
    }
    return roots;
  }

  #value(depth: number): Place {
    const start = this.#offset;
    if (depth > deepestNesting) this.#fail("is nested too deeply", `at most ${deepestNesting} levels`);
    const character = this.#source[start];
    if (character === "{") return { start, items: [], members: this.#members(depth), end: this.#offset };
    if (character === "[") return { start, members: [], items: this.#items(depth), end: this.#offset };
    this.#scalar();
    return { start, end: this.#offset, members: [], items: [] };
  }

  #members(depth: number): Place["members"] {
    const members: Place["members"][number][] = [];
    const seen = new Set<string>();
    this.#each("}", () => {
      const keyStart = this.#offset;
      const key = this.#scalar();
      if (seen.has(key)) this.#fail(`the key ${JSON.stringify(key)} is given twice`, "each key once", keyStart);
      seen.add(key);
      this.#take(blanks);
      if (this.#source[this.#offset] !== ":") this.#fail("something is missing here", `a colon after ${key}`);
      this.#offset += 1;
      this.#take(blanks);
      members.push({ key, keyStart, place: this.#value(depth + 1) });
    });
    return members;
  }

  #items(depth: number): Place[] {
    const items: Place[] = [];
    this.#each("]", () => items.push(this.#value(depth + 1)));
    return items;
  }

  /** What stands between brackets, with or without a comma at its end. */
  #each(bracket: "}" | "]", read: () => void): void {
    this.#offset += 1;
    this.#take(blanks);
    while (this.#source[this.#offset] !== bracket) {
      if (this.#offset >= this.#source.length) this.#fail("the file ends too early", `a closing ${bracket}`);
      read();
      this.#take(blanks);
      if (this.#source[this.#offset] === ",") {
        this.#offset += 1;
        this.#take(blanks);
      } else if (this.#source[this.#offset] !== bracket)
        this.#fail("something is missing here", `a comma or ${bracket}`);
    }
    this.#offset += 1;
  }

  /** The text or word that begins here, without quotes. */
  #scalar(): string {
    const quoted = this.#take(text);
    if (quoted !== "") return unquote(quoted);
    const plain = this.#take(word);
    if (plain !== "") return plain;
    const isOpen = /["']/.test(this.#source[this.#offset] ?? "");
    if (isOpen) this.#fail("the text has no closing quote", "the same quote at its end");
    return this.#fail(
      this.#offset >= this.#source.length ? "the file ends too early" : "there is no value here",
      "a value",
    );
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#offset;
    const [taken = ""] = pattern.exec(this.#source) ?? [];
    this.#offset += taken.length;
    return taken;
  }

  #fail(message: string, expected: string, offset = this.#offset): never {
    throw Object.assign(new Error(message), { offset, expected });
  }
}

/** A key with rare escapes is not found again, and its value gets the place of what is around it. */
function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  try {
    return String(JSON.parse(`"${quoted[0] === "'" ? inner.replaceAll('"', '\\"').replaceAll("\\'", "'") : inner}"`));
  } catch {
    return inner;
  }
}
