import type { PathPart, Problem } from "../template/problem.js";
import type { LocatedProblem, Position } from "../template/source-document.js";
import type { DocumentPart } from "./format.js";

/** The place of a value of a part, with the name of its file. */
export function locateIn(
  part: DocumentPart | undefined,
  path: readonly PathPart[],
  at: Problem["at"],
): Position | undefined {
  const place = part?.document.locate(path, at);
  return part === undefined || place === undefined ? undefined : inFile(part, place);
}

/** What is wrong with the text of a part. */
export function faultsOf(part: DocumentPart): readonly LocatedProblem[] {
  return (part.document.faults ?? []).map((fault) => inFile(part, fault));
}

/** The file that includes the others needs no name. */
export function inFile<Placed extends Partial<Position>>({ file }: DocumentPart, placed: Placed): Placed {
  return file === "" ? placed : { ...placed, file };
}
