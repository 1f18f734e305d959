import { isCnInfraTemplate, readCnInfraTemplate } from "./cn-infra.js";
import { describeValue } from "./complaint.js";
import type { Encoding } from "./encoding.js";
import { readJsonDocument } from "./json-document.js";
import type { PathPart, Problem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";
import { readBinaryDocument, readTextDocument } from "./proto-document.js";
import { readTemplate } from "./read-template.js";
import type { TemplateBase } from "./resolve.js";
import {
  type LocatedProblem,
  locateProblem,
  type ReadDocument,
  type SourceDocument,
  textProblem,
} from "./source-document.js";
import { isObject } from "./validate.js";
import { readYamlDocument } from "./yaml-document.js";

/** A template, and where it stands in its file. */
export interface DecodedTemplate {
  readonly template: ProcessTemplate;
  readonly path: readonly PathPart[];
  /** Where the name stands, for problems with it that only show among several files. */
  readonly nameAt: LocatedProblem;
}

/** What a file holds. In a list the good entries are there beside the problems of the bad ones. */
export interface Decoded {
  readonly templates: readonly DecodedTemplate[];
  readonly problems: readonly LocatedProblem[];
  readonly isList: boolean;
}

export interface DecodeBase extends TemplateBase {
  /** Working directory of cn-infra templates, which have no `cwd`. @default cwd */
  readonly hostCwd?: string;
}

/** The templates in the content of a file. Never throws for bad content: everything wrong with it is in `problems`. */
export function decode(content: Uint8Array, encoding: Encoding, base: DecodeBase): Decoded {
  const document = readDocument(content, encoding);
  if ("problems" in document) return { templates: [], problems: document.problems, isList: false };
  const { value } = document;
  if (isObject(value) && "templates" in value) return decodeList(document, value, base);
  return { ...collect(document, [[[], value]], base), isList: false };
}

const readers: Readonly<Record<Exclude<Encoding, "binpb">, (text: string) => ReadDocument>> = {
  json: readJsonDocument,
  yaml: readYamlDocument,
  textproto: readTextDocument,
};

function readDocument(content: Uint8Array, encoding: Encoding): ReadDocument {
  if (content.length === 0) return { problems: [textProblem("the file is empty", {}, "a template")] };
  return encoding === "binpb" ? readBinaryDocument(content) : readText(content, encoding);
}

/** The value in the text of a file, and where each part of it stands. */
export function readText(content: Uint8Array, encoding: Exclude<Encoding, "binpb">): ReadDocument {
  let text: string;
  try {
    // Strips a byte order mark.
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return { problems: [textProblem("the file is not valid UTF-8", {}, undefined, "save it as UTF-8")] };
  }
  if (text.trim() === "") return { problems: [textProblem("the file is empty", {}, "a template")] };
  if (text.includes("\0")) return { problems: [textProblem("the file contains NUL bytes", {}, "a text file")] };
  return readers[encoding](text);
}

/** More processes than a host can hold. */
const mostEntries = 10_000;

function decodeList(document: SourceDocument, value: Record<string, unknown>, base: DecodeBase): Decoded {
  const { templates: list, ...others } = value;
  const problems: Problem[] = Object.keys(others).map((key) => {
    return { path: [key], at: "key", message: "does not belong beside templates", fix: "move it into a template" };
  });
  const entries = decodeEntries(document, list, base);
  return {
    templates: entries.templates,
    problems: [...problems.map((problem) => locateProblem(document, problem)), ...entries.problems],
    isList: true,
  };
}

/** The templates in the list that stands under `templates` in a document. */
export function decodeEntries(
  document: SourceDocument,
  list: unknown,
  base: DecodeBase,
): Pick<Decoded, "templates" | "problems"> {
  const wrong = (message: string, expected: string): Pick<Decoded, "templates" | "problems"> => {
    const problem: Problem = { path: ["templates"], at: "value", message, expected };
    return { templates: [], problems: [locateProblem(document, problem)] };
  };
  if (!Array.isArray(list)) return wrong(`is ${describeValue(list)}`, "a list of templates");
  if (list.length > mostEntries) return wrong(`has ${list.length} entries`, `at most ${mostEntries}`);
  const entries = list.map((item: unknown, index) => [["templates", index], item] as const);
  return collect(document, entries, base);
}

function collect(
  document: SourceDocument,
  entries: readonly (readonly [readonly PathPart[], unknown])[],
  base: DecodeBase,
): Pick<Decoded, "templates" | "problems"> {
  const templates: DecodedTemplate[] = [];
  const problems: LocatedProblem[] = [];
  for (const [path, value] of entries) {
    const read = isCnInfraTemplate(value)
      ? readCnInfraTemplate(value, { cwd: base.hostCwd ?? base.cwd }, path)
      : readTemplate(value, "file", base, path);
    if (read.template === undefined) {
      problems.push(...mostOf(read.problems).map((problem) => locateProblem(document, problem)));
      continue;
    }
    const nameAt = locateProblem(document, { path: [...path, "name"], at: "value", message: "" });
    templates.push({ template: read.template, path, nameAt });
  }
  return { templates, problems };
}

/** Nobody reads more; a list of numbers where texts are expected has as many problems as items. */
const mostProblems = 100;

function mostOf(problems: readonly Problem[]): readonly Problem[] {
  const more = problems.length - mostProblems;
  if (more <= 0) return problems;
  const path = problems[mostProblems]?.path ?? [];
  return [...problems.slice(0, mostProblems), { path, at: "value", message: `and ${more} more problems from here on` }];
}
