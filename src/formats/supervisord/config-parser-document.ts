import type { PathPart, Problem } from "../../template/problem.js";
import { type LocatedProblem, type Position, type ReadDocument, textProblem } from "../../template/source-document.js";
import type { IniValue } from "../ini-document.js";

/** Keys of this section are keys of every other one that does not give them itself. */
export const defaultSection = "DEFAULT";

/** Where a key stands, and where its value does. */
interface Place {
  readonly key: Position;
  readonly value: Position;
}

/** A section with a line that cannot be read has this key, which no line that can be read has. */
export const unreadableKey = "";

const longestLine = 64 * 1024;

/**
 * Reads a file as Python's `RawConfigParser` does with `strict=False` and `;` and `#` for comments behind a blank. Sections of the same
 * name are one; of a key that is given several times the last value counts, so all are kept.
 */
export function readConfigParser(text: string): ReadDocument {
  const reader = new ConfigReader();
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const [index, line] of lines.entries()) reader.take(line, index + 1);
  const faults = reader.problems.slice(0, 100);
  if (reader.sections.size === 0 && faults.length > 0) return { problems: faults };
  const value = Object.fromEntries([...reader.sections].map(([name, keys]) => [name, textsOf(keys)]));
  return { value: value satisfies IniValue, faults, locate: (path, at) => reader.locate(path, at) };
}

/** The lines of each value, joined; empty ones at its end are no part of it. */
function textsOf(keys: ReadonlyMap<string, readonly string[][]>): Record<string, readonly string[]> {
  const texts = (values: readonly string[][]): string[] => values.map((lines) => lines.join("\n").trimEnd());
  return Object.fromEntries([...keys].map(([key, values]) => [key, texts(values)]));
}

class ConfigReader {
  readonly sections = new Map<string, Map<string, string[][]>>();
  readonly problems: LocatedProblem[] = [];
  readonly #places = new Map<string, Place>();
  #section: string | undefined;
  /** Lines of the value that a deeper line goes on with. */
  #value: string[] | undefined;
  #indent = 0;

  take(line: string, number: number): void {
    if (line.length > longestLine)
      return this.#complain({ line: number, column: 1 }, "this line is too long", `at most ${longestLine} characters`);
    const content = line.replace(/(?:^|\s)[;#][\s\S]*$/, "");
    const text = content.trim();
    if (text === "") return this.#skip(content === line);
    const indent = content.length - content.trimStart().length;
    if (this.#value !== undefined && indent > this.#indent) this.#value.push(text);
    else this.#begin(text, indent, number);
  }

  /** An empty line is part of the value around it; a comment is not. */
  #skip(isBlank: boolean): void {
    if (isBlank) this.#value?.push("");
  }

  #begin(text: string, indent: number, number: number): void {
    this.#indent = indent;
    const key = { line: number, column: indent + 1 };
    const section = /^\[(.+)\]/.exec(text)?.[1];
    if (section !== undefined) return this.#beginSection(section, key);
    const end = /[=:]/.exec(text)?.index ?? 0;
    if (this.#section === undefined)
      return this.#complain(key, "stands before any section", "a line such as [program:web]");
    if (end === 0 || text.startsWith("["))
      return this.#complain(key, "this line cannot be read", "[section] or key=value");
    const rest = text.slice(end + 1);
    const column = key.column + end + 1 + rest.length - rest.trimStart().length;
    this.#add(text.slice(0, end).trimEnd().toLowerCase(), rest.trim(), { key, value: { line: number, column } });
  }

  #beginSection(section: string, place: Position): void {
    this.#section = section;
    this.#value = undefined;
    if (this.sections.has(section)) return;
    this.sections.set(section, new Map());
    this.#places.set(section, { key: place, value: place });
  }

  #add(key: string, value: string, place: Place): void {
    const keys = this.sections.get(this.#section ?? "") ?? new Map<string, string[][]>();
    const values = keys.get(key) ?? [];
    keys.set(key, values);
    this.#places.set(`${this.#section}\0${key}\0${values.length}`, place);
    this.#value = [value];
    values.push(this.#value);
  }

  locate([section = "", key = "", index]: readonly PathPart[], at: Problem["at"]): Position | undefined {
    const last = (name: PathPart): number => (this.sections.get(String(name))?.get(String(key))?.length ?? 0) - 1;
    const place =
      this.#places.get(`${section}\0${key}\0${index ?? last(section)}`) ??
      this.#places.get(`${defaultSection}\0${key}\0${last(defaultSection)}`) ??
      this.#places.get(`${section}`);
    return place?.[at];
  }

  #complain(place: Position, message: string, expected: string): void {
    this.problems.push(textProblem(message, place, expected));
    this.sections.get(this.#section ?? "")?.set(unreadableKey, [[""]]);
  }
}
