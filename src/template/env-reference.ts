/** A piece of an environment value: text as it is, or a reference to a variable. */
export type EnvPart = string | EnvReference;

/** `${NAME}`, `${NAME:-operand}` or `${NAME:?operand}`. */
export interface EnvReference {
  readonly name: string;
  readonly operator: ":-" | ":?" | undefined;
  /** The default or the message; may hold references itself. */
  readonly operand: readonly EnvPart[];
  /** How it is written. */
  readonly source: string;
}

/** The pieces of a value, or why it cannot be read. */
export type ParsedEnv = { readonly parts: readonly EnvPart[] } | { readonly message: string };

/** What a reference looks like, in words that complete "expected …". */
export const referenceForms = ["VAR", "VAR:-default", "VAR:?message"].map((inner) => `\${${inner}}`).join(", ");

const deepestNesting = 20;

/** Splits an environment value into text and references. `$$` is a dollar; a `$` before anything but `{` stays as it is. */
export function parseEnvValue(text: string): ParsedEnv {
  const reader = new ValueReader(text);
  const parts = reader.read(0);
  return reader.message === undefined ? { parts } : { message: reader.message };
}

class ValueReader {
  message: string | undefined;
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads up to the end, or inside a reference up to its closing brace. */
  read(depth: number): EnvPart[] {
    const parts: EnvPart[] = [];
    let literal = "";
    while (this.#position < this.#text.length && this.message === undefined) {
      if (depth > 0 && this.#text[this.#position] === "}") break;
      if (this.#text.startsWith("${", this.#position)) {
        if (literal !== "") parts.push(literal);
        literal = "";
        const reference = this.#reference(depth + 1);
        if (reference !== undefined) parts.push(reference);
        continue;
      }
      literal += this.#text[this.#position];
      this.#position += this.#text.startsWith("$$", this.#position) ? 2 : 1;
    }
    if (literal !== "") parts.push(literal);
    return parts;
  }

  #reference(depth: number): EnvReference | undefined {
    const start = this.#position;
    const match = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(:-|:\?|(?=\}))/.exec(this.#text.slice(start, start + 300));
    if (match === null || depth > deepestNesting) {
      this.message = `cannot read the reference ${JSON.stringify(this.#text.slice(start, start + 40))}`;
      return undefined;
    }
    const [head, name = "", operator = ""] = match;
    this.#position += head.length;
    const operand = this.read(depth);
    if (this.#text[this.#position] !== "}") {
      this.message ??= `the reference ${JSON.stringify(this.#text.slice(start, start + 40))} has no closing brace`;
      return undefined;
    }
    this.#position += 1;
    const source = this.#text.slice(start, this.#position);
    return { name, operator: operator === ":-" || operator === ":?" ? operator : undefined, operand, source };
  }
}
