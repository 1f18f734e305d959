import type { PathPart, Problem } from "./problem.js";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A problem and its place in the file, where the encoding has one. */
export type LocatedProblem = Problem & Partial<Position>;

/** The content of a text file: its value and where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  /** The place of a value or of its key; of the nearest one around it when there is no such value. */
  locate(path: readonly PathPart[], at: Problem["at"]): Position | undefined;
}

/** A document, or what keeps the text from being one. */
export type ReadDocument = SourceDocument | { readonly problems: readonly LocatedProblem[] };

/** Whether two keys are spellings of one field: `runOnStartup` and `run_on_startup`. */
export function sameKey(left: string, right: string): boolean {
  return left === right || simplify(left) === simplify(right);
}

const simplify = (key: string): string => key.replaceAll("_", "").toLowerCase();

/** Line and column of an offset into a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** A problem of the text as such. */
export function textProblem(
  message: string,
  place: Partial<Position>,
  expected?: string,
  fix?: string,
): LocatedProblem {
  return { path: [], at: "value", message, expected, fix, ...place };
}
