import { describeProblem, formatPath } from "./problem.js";
import type { LocatedProblem } from "./source-document.js";

/** One thing wrong with one template file. A value to show, not to throw: the other files are fine. */
export class TemplateError {
  /** The file, as a path from where the directory was given. */
  readonly file: string;
  /** Where in the document, such as `restart.backoff.initial`; empty for the file as a whole. */
  readonly path: string;
  /** Line and column, counted from 1; undefined where the encoding has none. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly expected: string | undefined;
  /** What to do. */
  readonly fix: string | undefined;
  readonly #text: string;

  constructor(file: string, problem: LocatedProblem) {
    this.file = file;
    this.path = formatPath(problem.path);
    this.line = problem.line;
    this.column = problem.column;
    this.message = problem.message;
    this.expected = problem.expected;
    this.fix = problem.fix;
    this.#text = describeProblem(problem);
  }

  /** The error in one line, the way compilers write it: `templates/web.json:4:13: restart.mode: unknown value …`. */
  toString(): string {
    const place = this.line === undefined ? "" : `:${this.line}:${this.column ?? 1}`;
    return `${this.file}${place}: ${this.#text}`;
  }
}
