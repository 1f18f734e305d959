import { LineIndex, type LocatedProblem, type SourceDocument, textProblem } from "../template/source-document.js";
import type { Format, ProgramShape, Scope } from "./format.js";
import { formats } from "./formats.js";
import { type Imported, importSources } from "./import-document.js";
import { nothing } from "./nothing.js";
import { offsetOf } from "./place.js";
import { Evaluator, TooMuch } from "./program/evaluator.js";
import { type Configuration, findConfigurations } from "./program/find-configurations.js";
import { parseProgram } from "./program/parse-program.js";
import { survey } from "./program/survey.js";

type ProgramFormat = Format & { readonly program: ProgramShape };

const programFormats: readonly ProgramFormat[] = formats.flatMap((format) => (hasPrograms(format) ? [format] : []));

export function hasPrograms(format: Format): format is ProgramFormat {
  return format.program !== undefined;
}

/** The processes that a program defines, read from its literals: nothing in it is run. */
export function importProgram(text: string, scope: Scope, format?: Format): Imported {
  const known = format === undefined ? programFormats : [format].filter(hasPrograms);
  const read = known.length === 0 ? { problem: notRead(format) } : readProgram(text, scope, known);
  if ("problem" in read) return nothing(scope, [read.problem], format?.name);
  return importConfigurations(read.format, read.configurations, { text, scope });
}

interface Read {
  readonly format: ProgramFormat;
  readonly configurations: readonly Configuration[];
}

/** The configurations of the first system that has some in the program. */
function readProgram(text: string, scope: Scope, known: readonly ProgramFormat[]): Read | { problem: LocatedProblem } {
  const program = parseProgram(text, scope.file);
  if ("problem" in program) return program;
  const surveyed = survey(program);
  try {
    for (const format of known) {
      const evaluator = new Evaluator(text, format.program.known(scope));
      const configurations = findConfigurations(surveyed, format.program, evaluator);
      if (configurations.length > 0) return { format, configurations };
    }
    return { problem: withoutProcess(known) };
  } catch (error) {
    if (error instanceof TooMuch) return { problem: textProblem("takes too long to read", {}, "a simpler program") };
    throw error;
  }
}

function notRead(format: Format | undefined): LocatedProblem {
  const names = programFormats.map(({ name }) => name).join(", ");
  return textProblem(
    `is a program, and those of ${format?.name} are not read`,
    {},
    `a file of data, or a program of ${names}`,
  );
}

function withoutProcess(known: readonly ProgramFormat[]): LocatedProblem {
  const calls = known.flatMap(({ program }) => program.starts.map((name) => `${name}({ … })`));
  return textProblem("has no process in it", {}, `a call such as ${calls.join(" or ")}, or export default { … }`);
}

interface Reading {
  readonly text: string;
  readonly scope: Scope;
}

function importConfigurations(
  format: ProgramFormat,
  configurations: readonly Configuration[],
  { text, scope }: Reading,
): Imported {
  const lines = new LineIndex(text);
  const sources = configurations.map(({ value, place, settings, isStarted = false }) => {
    const document: SourceDocument = { value, locate: (path, at) => lines.positionAt(offsetOf(place, path, at)) };
    return { document, scope: { ...scope, document: settings ?? value }, isEntry: isStarted };
  });
  const imported = importSources(format, sources, scope.file);
  const isEmpty = imported.templates.length + imported.errors.length + imported.includes.length === 0;
  return isEmpty ? { ...imported, errors: nothing(scope, [withoutProcess([format])]).errors } : imported;
}
