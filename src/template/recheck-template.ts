import { ProcessError } from "../errors.js";
import { decode } from "./decode.js";
import { toJson } from "./encode.js";
import { describeProblem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";

/**
 * A template object a caller hands in, with the same checks as one from a file: it may have been changed by hand, and its
 * name becomes part of paths.
 *
 * @throws ProcessError INVALID_TEMPLATE with everything that is wrong
 */
export function recheckTemplate(template: ProcessTemplate): ProcessTemplate {
  const { templates, problems } = decode(Buffer.from(JSON.stringify(asJson(template))), "json", { cwd: "/" });
  const [checked] = templates;
  if (checked !== undefined && problems.length === 0) return checked.template;
  const list = problems.map((problem) => `\n  ${describeProblem(problem)}`).join("");
  throw new ProcessError("INVALID_TEMPLATE", `the template object is not valid:${list}`);
}

function asJson(template: ProcessTemplate): unknown {
  try {
    return toJson(template);
  } catch (error) {
    const text = "this is no complete template object; take one from getTemplate, or use newProcess";
    throw new ProcessError("INVALID_TEMPLATE", text, { cause: error });
  }
}
