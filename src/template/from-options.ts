import { ProcessError } from "../errors.js";
import { describeProblem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";
import { readTemplate } from "./read-template.js";
import type { TemplateBase } from "./resolve.js";
import type { TemplateOptions } from "./template-options.js";

export type { TemplateOptions } from "./template-options.js";

/**
 * The template meant by a name, a command and options given in code.
 *
 * @throws ProcessError INVALID_TEMPLATE that lists everything wrong.
 */
export function templateFromOptions(
  name: string,
  command: string,
  options: TemplateOptions,
  base: TemplateBase,
): ProcessTemplate {
  // With a script the command has nothing to say; every other empty command is a mistake the reader reports.
  const program = command === "" && options.script !== undefined ? {} : { command };
  const read = readTemplate({ ...options, name, ...program }, "code", base);
  if (read.template !== undefined) return read.template;
  const lines = read.problems.map((problem) => `  ${describeProblem(problem)}`);
  const subject = `the options of process ${JSON.stringify(name)}`;
  throw new ProcessError("INVALID_TEMPLATE", `${subject} are not valid:\n${lines.join("\n")}`, { process: name });
}
