import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { type Imported, importFile, importValue } from "../formats/index.js";
import { evaluateProgram } from "../os/node/evaluate-program.js";
import { textProblem } from "../template/source-document.js";
import { TemplateError } from "../template/template-error.js";
import { type ForeignFlags, isEvaluated } from "./foreign-flags.js";

/**
 * The processes in a file of another system.
 *
 * @throws ProcessError BAD_REQUEST for a name of no system that is known
 */
export async function importForeign(file: string, flags: ForeignFlags): Promise<Imported> {
  return (await evaluateForeign(file, flags)).imported;
}

/** The same, with what a program exports where one was evaluated. */
export async function evaluateForeign(
  file: string,
  flags: ForeignFlags,
): Promise<{ readonly imported: Imported; readonly value?: unknown }> {
  const chosen = { format: flags.from, environment: flags.environment, env: process.env };
  if (!isEvaluated(file, flags)) return { imported: importFile(file, chosen) };
  const evaluated = await evaluateProgram(resolve(file));
  if ("problem" in evaluated) {
    const errors = [new TemplateError(file, textProblem(evaluated.problem, {}))];
    return { imported: { format: "", templates: [], report: [], errors, includes: [] } };
  }
  const directory = dirname(resolve(file));
  const surroundings = { file, directory, home: homedir(), exists: existsSync };
  return { imported: importValue(evaluated.value, { ...chosen, ...surroundings }), value: evaluated.value };
}
