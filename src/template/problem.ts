/** One step into a document: the key of an object, or the index in a list. */
export type PathPart = string | number;

/** One thing that is wrong with a template. */
export interface Problem {
  /** Where in the document. */
  readonly path: readonly PathPart[];
  /** Whether the key itself is wrong, or its value. */
  readonly at: "key" | "value";
  /** What is wrong. */
  readonly message: string;
  /** What would be right, in words that complete "expected …". */
  readonly expected?: string | undefined;
  /** What to do about it. */
  readonly fix?: string | undefined;
  /** Whether quotes around the value, as it is written, are what to do about it. */
  readonly isUnquoted?: boolean;
}

/** A path as people write it: `restart.backoff.initial`, `templates[2].args[0]`, `env["a b"]`. */
export function formatPath(path: readonly PathPart[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w@-]+$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** A problem in one line, without its file: `restart.mode: unknown value "x"; expected one of …; did you mean …`. */
export function describeProblem(problem: Omit<Problem, "at">): string {
  const parts = [problem.message];
  if (problem.expected !== undefined) parts.push(`expected ${problem.expected}`);
  if (problem.fix !== undefined) parts.push(problem.fix);
  const where = formatPath(problem.path);
  return where === "" ? parts.join("; ") : `${where}: ${parts.join("; ")}`;
}
