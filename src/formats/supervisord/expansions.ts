import type { Complaint } from "../../template/complaint.js";

/** What the name in `%(name)s` stands for. */
export interface Word {
  readonly value: string | number;
  /** What of the surroundings it tells, as they are right now. */
  readonly from: readonly string[];
}

export interface Expanded {
  readonly text: string;
  /** As of its words, together. */
  readonly from: readonly string[];
}

/** Writes a variable of the environment so that it is looked up later. */
type Refer = (variable: string) => string;

const conversion = /%(?:%|\(([^()]*)\)([-#0 +]*)(\d{0,3})(?:\.(\d{1,3}))?([a-zA-Z])|)/g;

/** The names that values of some settings can contain, and what they stand for. */
export class Expansions {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #words: ReadonlyMap<string, Word | Complaint>;

  constructor(
    env: Readonly<Record<string, string | undefined>>,
    words: ReadonlyMap<string, Word | Complaint> = new Map<string, Word>(),
  ) {
    this.#env = env;
    this.#words = words;
  }

  with(words: Iterable<readonly [string, Word | Complaint]>): Expansions {
    return new Expansions(this.#env, new Map([...this.#words, ...words]));
  }

  withPlain(words: Readonly<Record<string, string | number>>): Expansions {
    return this.with(Object.entries(words).map(([name, value]) => [name, { value, from: [] }]));
  }

  find(name: string): Word | Complaint {
    const word = this.#words.get(name);
    if (word !== undefined) return word;
    const variable = name.startsWith("ENV_") ? name.slice(4) : undefined;
    const value = variable !== undefined && Object.hasOwn(this.#env, variable) ? this.#env[variable] : undefined;
    if (variable === undefined)
      return { message: `knows no ${name}`, expected: [...this.#words.keys(), "ENV_X"].join(", ") };
    if (value !== undefined) return { value, from: [variable] };
    return {
      message: `needs the value of ${variable}, and the environment of the import has no such variable`,
      fix: `set ${variable}, or write the value into the file`,
    };
  }

  /** Replaces the names of a text, as the operator `%` of Python does. Variables become what `refer` writes, where it is given. */
  expand(text: string, refer?: Refer): Expanded | Complaint {
    const from = new Set<string>();
    let complaint: Complaint | undefined;
    const expanded = text.replace(conversion, (whole: string, ...groups: (string | undefined)[]) => {
      const piece = whole === "%%" ? { text: "%", from: [] } : this.#convert(whole, groups, refer);
      if ("message" in piece) complaint ??= piece;
      else for (const each of piece.from) from.add(each);
      return "text" in piece ? piece.text : "";
    });
    return complaint ?? { text: expanded, from: [...from] };
  }

  #convert(whole: string, groups: readonly (string | undefined)[], refer?: Refer): Expanded | Complaint {
    const [name, ...how] = groups;
    if (name === undefined)
      return { message: "has a % that stands for nothing", expected: "%(name)s, or %% for a percent sign" };
    const isPlain = whole === `%(${name})s` && /^ENV_[A-Za-z_]\w*$/.test(name) && !this.#words.has(name);
    if (isPlain && refer !== undefined) return { text: refer(name.slice(4)), from: [] };
    const word = this.find(name);
    if ("message" in word) return word;
    const text = write(word.value, how);
    if (text === undefined) return { message: `cannot write ${name} as ${whole}`, expected: `%(${name})s` };
    return { text, from: word.from };
  }
}

/** Undefined for what these values cannot be written as, or nobody writes them as. */
function write(value: string | number, how: readonly (string | undefined)[]): string | undefined {
  const [flags = "", width = "", precision = "", type = ""] = how;
  const text = convert(value, { flags, precision, type });
  return text === undefined ? undefined : pad(text, { flags, width, type });
}

const bases: Readonly<Record<string, number>> = { d: 10, i: 10, u: 10, o: 8, x: 16, X: 16 };

function convert(
  value: string | number,
  { flags, precision, type }: Readonly<Record<"flags" | "precision" | "type", string>>,
): string | undefined {
  if (type === "s") return precision === "" ? String(value) : String(value).slice(0, Number(precision));
  const base = bases[type];
  if (base === undefined || typeof value === "string" || flags.includes("#")) return undefined;
  const digits = Math.abs(value).toString(base).padStart(Number(precision), "0");
  const sign = value < 0 ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  return sign + (type === "X" ? digits.toUpperCase() : digits);
}

function pad(text: string, { flags, width, type }: Readonly<Record<"flags" | "width" | "type", string>>): string {
  if (flags.includes("-")) return text.padEnd(Number(width));
  if (!flags.includes("0") || type === "s") return text.padStart(Number(width));
  const sign = /^[-+ ]?/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(Number(width) - sign.length, "0");
}

/** Whether a text has a word in it, written in whatever way. */
export function mentions(text: string, name: string): boolean {
  return text.includes(`%(${name})`);
}

/** How a text with the surroundings in it differs from the file; undefined for one without. */
export function remarkOn(from: readonly string[]): string | undefined {
  if (from.length === 0) return undefined;
  return from.length === 1
    ? `with the value ${from[0]} has right now`
    : `with the values ${from.join(", ")} have right now`;
}
