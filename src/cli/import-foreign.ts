import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { type Imported, importFile, importValue } from "../formats/index.js";
import { nothing } from "../formats/nothing.js";
import { evaluateProgram, type Failed } from "../os/node/evaluate-program.js";
import { describeFailure } from "../template/read-file.js";
import { textProblem } from "../template/source-document.js";
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
  const evaluated = faultOf(file) ?? (await evaluateProgram(resolve(file)));
  if ("problem" in evaluated) {
    const { problem, ...place } = evaluated;
    return { imported: nothing({ file }, [textProblem(problem, place)]) };
  }
  const directory = dirname(resolve(file));
  const surroundings = { file, directory, home: homedir(), exists: existsSync };
  return { imported: importValue(evaluated.value, { ...chosen, ...surroundings }), value: evaluated.value };
}

/** Node would wait for the writer of a named pipe, and would speak of itself where there is no file. */
function faultOf(file: string): Failed | undefined {
  try {
    const stats = statSync(file);
    if (stats.isFile()) return undefined;
    return { problem: stats.isDirectory() ? "is a directory; expected a file" : "is not a file" };
  } catch (error) {
    return { problem: `cannot be read: ${describeFailure(error)}` };
  }
}
