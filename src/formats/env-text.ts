/** A variable of the environment in a program: `process.env.NAME`, `process.env.NAME ?? "x"`. */
export interface Variable {
  readonly name: string;
  /** What takes its place when there is none. */
  readonly fallback: EnvText | undefined;
  /** Whether an empty one counts as none, as with `||`. */
  readonly isForEmpty: boolean;
}

/** A text of a program with variables of the environment in it, which have their values at each start. */
export class EnvText {
  readonly pieces: readonly (string | Variable)[];
  /** Characters it is made of: those of a text that is used twice count twice. */
  readonly size: number;

  constructor(pieces: readonly (string | Variable)[]) {
    this.pieces = pieces;
    this.size = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
  }

  /** The text as a value of `env` in a template. */
  get template(): string {
    return this.pieces
      .map((piece) => (typeof piece === "string" ? piece.replaceAll("$", "$$$$") : refer(piece)))
      .join("");
  }

  /** How the template differs from the program; empty when it does not. */
  get note(): string {
    const notes = this.pieces.flatMap((piece) => (typeof piece === "string" ? [] : [this.#noteOn(piece)]));
    return [...new Set(notes)].filter((note) => note !== "").join(", ");
  }

  #noteOn({ name, fallback, isForEmpty }: Variable): string {
    if (fallback !== undefined && !isForEmpty) return `an empty ${name} counts as none`;
    if (fallback !== undefined) return "";
    return this.pieces.length === 1
      ? `empty when there is no ${name}, in place of absent`
      : `empty in place of the word undefined when there is no ${name}`;
  }
}

function sizeOf(piece: string | Variable): number {
  return typeof piece === "string" ? piece.length : piece.name.length + (piece.fallback?.size ?? 0);
}

function refer({ name, fallback }: Variable): string {
  return `\${${name}:-${fallback?.template ?? ""}}`;
}

const deepestNesting = 10;

/** A variable with what takes its place, or after those that take its place already; undefined where templates have no way to say it. */
export function withFallback(text: EnvText, fallback: EnvText, isForEmpty: boolean, depth = 0): EnvText | undefined {
  const [piece, ...others] = text.pieces;
  if (piece === undefined || typeof piece === "string" || others.length > 0 || depth > deepestNesting) return undefined;
  // A brace would end the reference.
  if (hasBrace(fallback)) return undefined;
  const next = piece.fallback === undefined ? fallback : withFallback(piece.fallback, fallback, isForEmpty, depth + 1);
  return next && new EnvText([{ ...piece, fallback: next, isForEmpty }]);
}

const hasBrace = ({ pieces }: EnvText): boolean =>
  pieces.some((piece) => typeof piece === "string" && piece.includes("}"));
