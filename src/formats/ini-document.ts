import type { PathPart } from "../template/problem.js";
import { type LocatedProblem, type Position, type ReadDocument, textProblem } from "../template/source-document.js";

/** Sections, their keys, and for each key its values in order: a key may be given several times. */
export type IniValue = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const longestLine = 256 * 1024;

/** Reads an INI file: `[section]`, `key=value`, lines of comment that begin with one of some characters. What a value means is not looked at. */
export function readIni(text: string, comments: string): ReadDocument {
  const reader = new IniReader(comments);
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries())
    reader.take(line, index + 1);
  const faults = reader.problems.slice(0, 100);
  if (reader.sections.size === 0 && faults.length > 0) return { problems: faults };
  const value = Object.fromEntries([...reader.sections].map(([name, keys]) => [name, Object.fromEntries(keys)]));
  return { value: value satisfies IniValue, faults, locate: (path) => locate(reader.places, path) };
}

/** The place of a value, of its key, or of its section. */
function locate(places: ReadonlyMap<string, Position>, path: readonly PathPart[]): Position | undefined {
  const [section = "", key = "", index = 0] = path;
  return (
    places.get(`${section}\0${key}\0${index}`) ?? places.get(`${section}\0${key}\0${0}`) ?? places.get(`${section}`)
  );
}

class IniReader {
  readonly sections = new Map<string, Map<string, string[]>>();
  readonly places = new Map<string, Position>();
  readonly problems: LocatedProblem[] = [];
  readonly #comments: string;
  #section: string | undefined;
  #values: string[] | undefined;
  #continues = false;

  constructor(comments: string) {
    this.#comments = comments;
  }

  take(line: string, number: number): void {
    if (line.length > longestLine) this.#complain(number, "this line is too long", `at most ${longestLine} characters`);
    else if (this.#isSkipped(line)) return;
    else if (this.#continues) this.#append(line);
    else this.#begin(line, number);
  }

  #isSkipped(line: string): boolean {
    const text = line.trim();
    return text === "" ? !this.#continues : this.#comments.includes(text[0] ?? "");
  }

  #begin(line: string, number: number): void {
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) return this.#beginSection(section, number);
    const [, key = "", value = ""] = /^([^=:[\]]+)[=:]\s?(.*)$/s.exec(line) ?? [];
    const name = key.trim();
    if (name !== "" && this.#section !== undefined) this.#add(this.#section, { key: name, value, number });
    else this.#complain(number, "this line cannot be read", "[section] or key=value");
  }

  #beginSection(section: string, number: number): void {
    this.#section = section;
    this.#values = undefined;
    if (!this.sections.has(section)) this.sections.set(section, new Map());
    if (!this.places.has(section)) this.places.set(section, { line: number, column: 1 });
  }

  #add(
    section: string,
    { key, value, number }: { readonly key: string; readonly value: string; readonly number: number },
  ): void {
    const keys = this.sections.get(section) ?? new Map<string, string[]>();
    this.#values = keys.get(key) ?? [];
    keys.set(key, this.#values);
    this.places.set(`${section}\0${key}\0${this.#values.length}`, { line: number, column: 1 });
    this.#values.push("");
    this.#append(value);
  }

  #append(text: string): void {
    this.#continues = text.endsWith("\\");
    // systemd.syntax(7): a backslash at the end of a line becomes a blank.
    const piece = this.#continues ? `${text.slice(0, -1)} ` : text;
    const values = this.#values ?? [];
    values[values.length - 1] = `${values.at(-1) ?? ""}${piece}`;
  }

  #complain(line: number, message: string, expected: string): void {
    this.problems.push(textProblem(message, { line, column: 1 }, expected));
  }
}
