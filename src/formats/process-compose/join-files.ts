import { resolve } from "node:path";
import type { PathPart, Problem } from "../../template/problem.js";
import {
  type LocatedProblem,
  type Position,
  type SourceDocument,
  textProblem,
} from "../../template/source-document.js";
import { isObject } from "../../template/validate.js";
import type { DocumentPart } from "../format.js";
import { mergeProjects } from "./merge.js";

/** One document of a file and those that it extends, the nearest first. */
export function joinFiles(parts: readonly DocumentPart[]): SourceDocument {
  const values = parts.map(({ document, directory, file }) =>
    file === "" ? document.value : anchor(document.value, directory),
  );
  return {
    value: values.reduceRight((base, over) => mergeProjects(base, over)),
    faults: parts.flatMap(faultsOf),
    locate: (path, at) => locate(parts, path, at),
  };
}

/** Processes run in the directory of the file that they are written in, where they do not say more. */
function anchor(value: unknown, directory: string): unknown {
  if (!isObject(value) || !isObject(value["processes"])) return value;
  const processes = Object.entries(value["processes"]).map(([name, process]) => {
    if (!isObject(process)) return [name, process];
    const own = process["working_dir"];
    return [name, { ...process, working_dir: typeof own === "string" ? resolve(directory, own) : (own ?? directory) }];
  });
  return { ...value, processes: Object.fromEntries(processes) as unknown };
}

function faultsOf({ file, document: { value, faults = [] } }: DocumentPart): readonly LocatedProblem[] {
  const own = isObject(value) ? faults : [...faults, textProblem("is no project", {}, "a map with processes")];
  return file === "" ? faults : own.map((fault) => ({ ...fault, file }));
}

/** In the uppermost file that has it, or that has most of the way to it. */
function locate(parts: readonly DocumentPart[], path: readonly PathPart[], at: Problem["at"]): Position | undefined {
  const lengths = parts.map(({ document }) => lengthIn(document.value, path));
  const owner = parts[lengths.indexOf(Math.max(...lengths))];
  const place = owner?.document.locate(path, at);
  return place === undefined || owner?.file === "" ? place : { ...place, file: owner?.file };
}

/** How many steps of a way there are in a value. */
function lengthIn(value: unknown, path: readonly PathPart[]): number {
  let inner = value;
  for (const [length, part] of path.entries()) {
    const isThere = typeof inner === "object" && inner !== null && Object.hasOwn(inner, part);
    if (!isThere) return length;
    inner = (inner as Record<PathPart, unknown>)[part];
  }
  return path.length;
}
