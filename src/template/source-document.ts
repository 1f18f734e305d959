import { quoteIt } from "./complaint.js";
import type { PathPart, Problem } from "./problem.js";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The file, where the document is made of several and it is not the first of them. */
  readonly file?: string | undefined;
}

/** A problem and its place in the file, where the encoding has one. */
export type LocatedProblem = Problem & Partial<Position>;

/** The content of a text file: its value and where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  /** What is wrong with parts of the text that are not in the value. */
  readonly faults?: readonly LocatedProblem[];
  /** The place of a value or of its key; of the nearest one around it when there is no such value. */
  locate(path: readonly PathPart[], at: Problem["at"]): Position | undefined;
  /** A number or a truth value as it is written, such as 1.10, where the document knows. */
  spelling?(path: readonly PathPart[]): string | undefined;
}

/** A document, or what keeps the text from being one. */
export type ReadDocument = SourceDocument | { readonly problems: readonly LocatedProblem[] };

/** A problem with its place in a document. */
export function locateProblem(document: SourceDocument, problem: Problem): LocatedProblem {
  const { path, at, isUnquoted = false, ...rest } = problem;
  const spelling = isUnquoted ? document.spelling?.(path) : undefined;
  return { path, at, ...rest, ...(spelling !== undefined && { fix: quoteIt(spelling) }), ...document.locate(path, at) };
}

/** Whether two keys are spellings of one field: `runOnStartup` and `run_on_startup`. */
export function sameKey(left: string, right: string): boolean {
  return left === right || simplify(left) === simplify(right);
}

const simplify = (key: string): string => key.replaceAll("_", "").toLowerCase();

/** Finds line and column of offsets into one text, each in logarithmic time. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) this.#starts.push(end + 1);
  }

  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
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
