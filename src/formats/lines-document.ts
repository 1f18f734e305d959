import type { PathPart } from "../template/problem.js";
import { type LocatedProblem, type Position, type ReadDocument, textProblem } from "../template/source-document.js";

export interface LineRules {
  /** What a line looks like: a name and a value are its groups. */
  readonly line: RegExp;
  /** What is expected of a line, for messages. */
  readonly expected: string;
}

const longestLine = 64 * 1024;

/** Reads a text of lines with a name and a value each; blank ones and those that begin with # are skipped, and bad ones told. */
export function readLines(text: string, { line, expected }: LineRules): ReadDocument {
  const values = new Map<string, string>();
  const places = new Map<string, Position>();
  const problems: LocatedProblem[] = [];
  for (const [index, content] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const place = { line: index + 1, column: 1 };
    if (/^\s*(#|$)/.test(content)) continue;
    const [name, value] = pairOf(content, line);
    if (name === "") problems.push(textProblem("this line cannot be read", place, expected));
    else if (values.has(name)) problems.push(textProblem(`${name} is given twice`, place, "each name once"));
    else {
      values.set(name, value.trim());
      places.set(name, place);
    }
  }
  const faults = problems.slice(0, 100);
  if (values.size === 0 && faults.length > 0) return { problems: faults };
  const locate = ([name]: readonly PathPart[]): Position | undefined => places.get(String(name));
  return { value: Object.fromEntries(values), locate, faults };
}

function pairOf(content: string, line: RegExp): readonly [name: string, value: string] {
  const [, name = "", value = ""] = content.length > longestLine ? [] : (line.exec(content) ?? []);
  return [name, value];
}
