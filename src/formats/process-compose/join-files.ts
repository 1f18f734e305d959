import { isAbsolute, resolve } from "node:path";
import { describeValue, problemAt } from "../../template/complaint.js";
import type { PathPart, Problem } from "../../template/problem.js";
import {
  type LocatedProblem,
  locateProblem,
  type Position,
  type SourceDocument,
} from "../../template/source-document.js";
import { isObject } from "../../template/validate.js";
import { faultsOf, inFile, locateIn } from "../document-part.js";
import type { DocumentPart, Scope } from "../format.js";
import { replaceIn } from "../interpolate.js";
import { type Substituted, substituteIn } from "../references.js";
import { escapeDollars } from "./export-text.js";
import { mergeProjects } from "./merge.js";
import { lookupIn } from "./text.js";

/** One document of a file and those that it extends, the nearest first. */
export function joinFiles(parts: readonly DocumentPart[], scope: Scope): SourceDocument {
  const isMixed = new Set(parts.map(({ document }) => isRaw(document.value))).size > 1;
  const values = parts.map((part) => {
    const value = part.file === "" ? part.document.value : anchor(part, scope);
    return isMixed ? expandable(value) : value;
  });
  return {
    value: values.reduceRight((base, over) => mergeProjects(base, over)),
    faults: parts.flatMap((part) => [...faultsOf(part), ...(part.file === "" ? [] : complainOfBase(part))]),
    locate: (path, at) => locate(parts, path, at),
  };
}

/** Whether variables in a file are left as they are, which each file says for itself. */
const isRaw = (value: unknown): boolean => isObject(value) && value["disable_env_expansion"] === true;

/** A file whose variables may be put in without a change to it. */
function expandable(value: unknown): unknown {
  if (!isObject(value) || !isRaw(value)) return value;
  const { vars, ...others } = value;
  const escaped = replaceIn(others, escapeDollars) as Record<string, unknown>;
  return { ...escaped, ...(vars !== undefined && { vars }), disable_env_expansion: false };
}

/** How texts of a file are read: with values in place of variables, unless the file says otherwise. */
export function readerOf(value: unknown, scope: Scope): (text: string) => Substituted {
  return isRaw(value) ? (text) => ({ text, names: [] }) : (text) => substituteIn(text, lookupIn(scope));
}

/** Processes run in the directory of the file that they are written in, where they do not say more. */
function anchor({ document: { value }, directory }: DocumentPart, scope: Scope): unknown {
  if (!isObject(value) || !isObject(value["processes"])) return value;
  const read = readerOf(value, scope);
  const processes = Object.entries(value["processes"]).map(([name, process]) => {
    if (!isObject(process)) return [name, process];
    return [name, { ...process, working_dir: anchored(process["working_dir"], directory, read) }];
  });
  return { ...value, processes: Object.fromEntries(processes) as unknown };
}

/** A path that is absolute when its variables are put in stays as it is, so that these are told. */
function anchored(own: unknown, directory: string, read: (text: string) => Substituted): unknown {
  if (typeof own !== "string") return own ?? directory;
  const filled = read(own);
  return "text" in filled && isAbsolute(filled.text) ? own : resolve(directory, own);
}

/** What is wrong with a file that is extended, which is not looked at again when all are one. */
function complainOfBase(part: DocumentPart): readonly LocatedProblem[] {
  const { value } = part.document;
  const isProject = isObject(value) || value === null || value === undefined;
  const problems = isProject ? complainOfExtends(value) : [problemAt([], notProject)];
  return problems.map((problem) => inFile(part, locateProblem(part.document, problem)));
}

const notProject = { message: "is no project", expected: "a map with processes" };

/** What would be lost without a word: a file is extended by its path. */
export function complainOfExtends(value: unknown): readonly Problem[] {
  const file = isObject(value) ? value["extends"] : undefined;
  if (file === undefined || file === null || typeof file === "string") return [];
  return [problemAt(["extends"], { message: `is ${describeValue(file)}`, expected: "the path of a file" })];
}

/** In the uppermost file that has it, or that has most of the way to it. */
function locate(parts: readonly DocumentPart[], path: readonly PathPart[], at: Problem["at"]): Position | undefined {
  const lengths = parts.map(({ document }) => lengthIn(document.value, path));
  const owner = parts[lengths.indexOf(Math.max(...lengths))];
  return locateIn(owner, path, at);
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
