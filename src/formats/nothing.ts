import type { LocatedProblem } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import type { Scope } from "./format.js";
import type { Imported } from "./import-document.js";

/** What a file becomes that cannot be read at all. */
export function nothing({ file }: Pick<Scope, "file">, problems: readonly LocatedProblem[], format = ""): Imported {
  const errors = problems.map((problem) => new TemplateError(file, problem));
  return { format, templates: [], report: [], errors, includes: [] };
}
